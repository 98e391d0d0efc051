/** The sample manifest of the platform's own guide, letter by letter: not valid JSON. */
export const SEED_SAMPLE = `{  
  "fileName": "parastest31.csv.asc",  
  "type": "event",  
  "columns": {  
    "event_name": { "ctName": "evtName", "dataType": "String" },  
    "time_stamp": {"ctName": "ts", "dataType": "Integer"},  
    "identity": {"ctName": "identity", "dataType": "String"},  
    "item_name": { "ctName": "Name", "dataType": "String" },  
    "item_price": {"dataType": "Integer"},  
    "item_delivery_date": { "ctName": "DeliveryDate", "dataType": "String" }  
  },  
  "clientEmail": "[[email protected]](mailto:[email protected])",  
  "keyId": "ec491319-9823-48cd-b6a1-6bb0bc666d75"// Mention the KeyID here  
}
`;
