// @ts-check
// Writes Electron's archive format for a handful of small files: sizes and a JSON header as a
// Chromium Pickle, then the files' bytes one after the other (github.com/electron/asar, "Format").

/**
 * @param {Record<string, Buffer>} files names without folders
 * @returns {Buffer} the archive
 */
export function makeAsar(files) {
  let offset = 0;
  /** @type {Record<string, { size: number, offset: string }>} */
  const entries = {};
  for (const [name, content] of Object.entries(files)) {
    entries[name] = { size: content.length, offset: String(offset) };
    offset += content.length;
  }
  const header = pickleString(JSON.stringify({ files: entries }));
  const headerSize = Buffer.alloc(8);
  headerSize.writeUInt32LE(4, 0);
  headerSize.writeUInt32LE(header.length, 4);
  return Buffer.concat([headerSize, header, ...Object.values(files)]);
}

/**
 * A Pickle with one string: payload size, string length, string, padded to four bytes.
 * @param {string} text
 */
function pickleString(text) {
  const bytes = Buffer.from(text, 'utf8');
  const paddedBytes = Math.ceil(bytes.length / 4) * 4;
  const pickle = Buffer.alloc(8 + paddedBytes);
  pickle.writeUInt32LE(4 + paddedBytes, 0);
  pickle.writeUInt32LE(bytes.length, 4);
  bytes.copy(pickle, 8);
  return pickle;
}
