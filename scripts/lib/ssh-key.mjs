// @ts-check
// An SSH key for the scripts that log in to the bundled server.

/**
 * ssh2 makes one malformed key in 256 (it drops a leading zero byte); such a key is thrown away.
 * @param {string} comment
 * @returns {Promise<{ private: string, public: string }>}
 */
export async function makeSshKey(comment) {
  // Not at the top: packages may be installed only by the time this is called.
  const { default: ssh2 } = await import('ssh2');
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment });
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}
