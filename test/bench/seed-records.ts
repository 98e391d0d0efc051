/**
 * Fills a vault of a stopped server, sealed as the server seals records, a thousand in a statement: as many calls
 * over HTTP would take far longer.
 */
import { Sealer } from '../../server/crypto/sealer.ts';
import { loadMasterKey } from '../../server/crypto/master-key.ts';
import { timeOrderedUuid } from '../../server/sds/ids.ts';
import { openDataDir } from '../../server/data-dir.ts';
import { openStore } from '../../server/store/index.ts';

const AT_ONCE = 1_000;
const REGIONS = ['north', 'east', 'south', 'west'];

/** @param vaultId as the service gives it */
export async function seedRecords(
  dataFolder: string,
  tenantId: string,
  vaultId: string,
  count: number,
): Promise<void> {
  const dataDir = await openDataDir(dataFolder);
  const key = await loadMasterKey({
    file: undefined,
    value: undefined,
    fallbackFile: dataDir.masterKeyFile,
  });
  const store = await openStore(dataDir, undefined, new Sealer(key), { safeMoves: false });
  try {
    const keys = await store.sds.tenants.keys(tenantId);
    if (!keys) throw new Error(`there is no tenant ${tenantId}`);
    const vault = vaultId.replace('vault:', '');
    for (let from = 0; from < count; from += AT_ONCE) {
      const rows = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, offset) => {
        const row = from + offset;
        const id = timeOrderedUuid();
        const data = Buffer.from(`person-${row}@example.com`).toString('base64');
        const meta = JSON.stringify({ row, region: REGIONS[row % REGIONS.length] });
        return {
          id,
          data: keys.seal('sds-data', vault, id, data).toString('hex'),
          meta: keys.seal('sds-meta', vault, id, meta).toString('hex'),
        };
      });
      await store.database.query(
        `INSERT INTO sds_records (id, tenant_id, vault_id, sealed_data, sealed_meta)
         SELECT id, $2, $3, decode(data, 'hex'), decode(meta, 'hex')
         FROM json_to_recordset($1) AS r(id uuid, data text, meta text)`,
        [JSON.stringify(rows), tenantId, vault],
      );
    }
  } finally {
    await store.database.close();
    await dataDir.release();
  }
}
