/** What people call the columns that mean something to the platform. Data, no rules. */
import type { ImportType } from '../../shared/domain/manifest.ts';

export interface KnownTarget {
  readonly target: string;
  /** Of which import it can be the target. */
  readonly type: ImportType | 'both';
  /** Header names, lower case, letters and digits only; the surest first. */
  readonly names: readonly string[];
}

export const KNOWN_TARGETS: readonly KnownTarget[] = [
  {
    target: 'identity',
    type: 'both',
    names: [
      'identity',
      'customerid',
      'userid',
      'clientid',
      'memberid',
      'subscriberid',
      'accountid',
      'profileid',
      'loyaltyid',
      'externalid',
      'uid',
      'id',
    ],
  },
  { target: 'objectId', type: 'both', names: ['objectid', 'clevertapid'] },
  { target: 'guid', type: 'both', names: ['guid'] },
  { target: 'fbId', type: 'both', names: ['fbid', 'facebookid'] },
  { target: 'gpId', type: 'both', names: ['gpid', 'googleplusid'] },
  {
    target: 'evtName',
    type: 'event',
    names: ['evtname', 'eventname', 'event', 'evt', 'eventtype', 'action', 'activity'],
  },
  {
    target: 'ts',
    type: 'event',
    names: [
      'ts',
      'timestamp',
      'eventtime',
      'eventts',
      'eventtimestamp',
      'time',
      'epoch',
      'epochseconds',
      'unixtime',
      'occurredat',
      'createdat',
    ],
  },
  { target: 'ts', type: 'profile', names: ['ts', 'timestamp'] },
  {
    target: 'Name',
    type: 'profile',
    names: ['name', 'fullname', 'customername', 'username', 'displayname'],
  },
  {
    target: 'Email',
    type: 'profile',
    names: ['email', 'emailaddress', 'emailid', 'mail', 'useremail', 'customeremail'],
  },
  {
    target: 'Phone',
    type: 'profile',
    names: ['phone', 'phonenumber', 'mobile', 'mobilenumber', 'mobilephone', 'msisdn', 'cellphone'],
  },
  { target: 'Gender', type: 'profile', names: ['gender', 'sex'] },
  { target: 'DOB', type: 'profile', names: ['dob', 'dateofbirth', 'birthdate', 'birthday'] },
  { target: 'Age', type: 'profile', names: ['age'] },
  { target: 'Married', type: 'profile', names: ['married', 'ismarried'] },
  { target: 'MSG-sms', type: 'profile', names: ['msgsms', 'smsoptin'] },
  { target: 'MSG-email', type: 'profile', names: ['msgemail', 'emailoptin'] },
  { target: 'MSG-whatsapp', type: 'profile', names: ['msgwhatsapp', 'whatsappoptin'] },
  { target: 'MSG-push', type: 'profile', names: ['msgpush', 'pushoptin'] },
  { target: 'MSG-dndSMS', type: 'profile', names: ['msgdndsms', 'dndsms'] },
  { target: 'MSG-dndEmail', type: 'profile', names: ['msgdndemail', 'dndemail'] },
  { target: 'MSG-dndWhatsApp', type: 'profile', names: ['msgdndwhatsapp', 'dndwhatsapp'] },
];

/** What may stand in for an identity where no column is named as one; the surest first. */
export const IDENTITY_STAND_INS: readonly string[] = [
  'email',
  'emailaddress',
  'emailid',
  'phone',
  'phonenumber',
  'mobile',
  'msisdn',
];

/** A header as it is compared: lower case, letters and digits only. */
export function plainName(header: string): string {
  return header.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
