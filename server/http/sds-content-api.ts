/** Where download links lead: no header of SDS is asked for, everything is in the link. */
import type { SdsFileRoom } from '../sds/files.ts';
import { SdsFailure } from '../sds/failure.ts';
import type { ByteRange, Fetchable } from '../sds/file-downloads.ts';
import { uuidOf } from '../sds/ids.ts';
import { attachment, parseRange } from './byte-range.ts';
import type { RateLimit } from './limits.ts';
import { createRoute } from './routes.ts';
import * as schemas from './sds-file-schemas.ts';
import { SDS_ROUTE, makeSdsRouter, sdsErrors } from './sds-routes.ts';
import type { SdsRouter } from './sds-routes.ts';

const binary = {
  'application/octet-stream': { schema: { type: 'string' as const, format: 'binary' } },
};

export function sdsContentApi(room: SdsFileRoom, rate: RateLimit): SdsRouter {
  const api = makeSdsRouter();
  api.openapi(
    createRoute({
      method: 'get',
      path: '/files/{id}/content',
      ...SDS_ROUTE,
      summary: 'The content that a download link leads to; takes single ranges of bytes',
      request: { params: schemas.fileParams, query: schemas.contentQuery },
      responses: {
        200: { description: 'All of it', content: binary },
        206: { description: 'The range', content: binary },
        ...sdsErrors(403, 416, 503),
      },
    }),
    async (context) => {
      rate.take(context.env.incoming.socket.remoteAddress ?? '');
      const id = uuidOf(context.req.valid('param').id);
      const file = await room.downloads.fetchable(id, context.req.valid('query').token);
      const range = rangeFor(file, context.req.header('range'), context.req.header('if-range'));
      context.header('Accept-Ranges', 'bytes');
      context.header('Cache-Control', 'no-store');
      if (range === 'unsatisfiable') {
        context.header('Content-Range', `bytes */${file.size}`);
        throw new SdsFailure('RANGE_INVALID', `The content has ${file.size} bytes.`);
      }
      const { start, end } = range ?? { start: 0, end: file.size };
      const { outgoing } = context.env;
      const isHead = context.req.method === 'HEAD';
      // Before the headers of content, which an error must not have: above all not its length.
      const body = isHead ? null : await openBody(file, { start, end }, () => outgoing.destroy());
      if (range) context.header('Content-Range', `bytes ${start}-${end - 1}/${file.size}`);
      context.header('ETag', file.etag);
      context.header('Content-Type', 'application/octet-stream');
      context.header('Content-Length', String(end - start));
      context.header('Content-Disposition', attachment(nameOf(file)));
      const status = range ? 206 : 200;
      if (!body) return context.body(null, status);
      // A client that takes nothing any more must not hold the file for ever. Its time counts from the
      // first bytes on: before them it may wait for the encryption of gigabytes.
      outgoing.setTimeout(room.idleMs, () => outgoing.destroy());
      return context.body(body, status);
    },
  );
  return api;
}

/** A range that was meant for other content is no range (RFC 9110, 13.1.5). */
function rangeFor(
  file: Fetchable,
  range: string | undefined,
  ifRange: string | undefined,
): ByteRange | 'unsatisfiable' | undefined {
  return ifRange === undefined || ifRange === file.etag ? parseRange(range, file.size) : undefined;
}

/** Ciphertext under the name of the file would look like the file. */
function nameOf({ name, encrypted }: Fetchable): string {
  return encrypted ? `${name}.encrypted` : name;
}

/**
 * The first bytes are there before the answer begins: what cannot be read is an error with a code.
 * What breaks later breaks the connection, so that nobody takes a part for the whole.
 */
async function openBody(
  file: Fetchable,
  range: ByteRange,
  breakOff: () => void,
): Promise<ReadableStream<Uint8Array>> {
  const bytes = file.open(range);
  const first = await bytes.next();
  let held: IteratorResult<Buffer, void> | undefined = first;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = held ?? (await bytes.next());
          held = undefined;
          if (done) controller.close();
          else controller.enqueue(value);
        } catch {
          breakOff();
          controller.close();
        }
      },
      async cancel() {
        await bytes.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
