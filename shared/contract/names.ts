/**
 * The names of everything that crosses between the window and the main process.
 * Plain data, since the sandboxed preload bundles it: no schema and no logic may live here.
 */

/** Calls of the window: `group.name`, each answered by one `Result`. */
export const INVOKE_NAMES = [
  'app.info',
  'app.openLink',
  'app.copyText',
  'settings.get',
  'settings.set',
  'secrets.state',
  'secrets.setMasterPassword',
  'secrets.unlock',
  'files.choose',
  'files.sample',
  'files.inspect',
  'files.convert',
  'mapping.suggest',
  'templates.list',
  'templates.save',
  'templates.rename',
  'templates.remove',
  'templates.apply',
  'templates.export',
  'templates.import',
  'manifest.build',
  'manifest.check',
  'manifest.exportYaml',
  'keys.list',
  'keys.damaged',
  'keys.hint',
  'keys.make',
  'keys.importFile',
  'keys.importText',
  'keys.exportPublic',
  'keys.exportPrivate',
  'keys.exportRevocation',
  'keys.remove',
  'keys.setKeyId',
  'keys.register',
  'keys.receive',
  'keys.handOver',
  'connections.list',
  'connections.save',
  'connections.remove',
  'connections.test',
  'connections.pinHostKey',
  'connections.forgetHostKey',
  'connections.publicKey',
  'connections.savePublicKey',
  'sshKeys.list',
  'sshKeys.make',
  'practice.state',
  'practice.start',
  'practice.stop',
  'practice.imports',
  'practice.saveFailedRows',
  'practice.mails',
  'practice.mail',
  'server.keys',
  'server.registerSshKey',
  'server.removeSshKey',
  'server.removeKeySet',
  'server.activity',
  'sources.list',
  'sources.add',
  'sources.remove',
  'sources.run',
  'send.plan',
  'send.saveFailedRows',
  'jobs.start',
  'jobs.list',
  'jobs.cancel',
  'jobs.retry',
  'jobs.discard',
  'receipts.list',
  'receipts.save',
] as const;
export type InvokeName = (typeof INVOKE_NAMES)[number];

/** Pushed from the main process to the window. */
export const EVENT_NAMES = ['jobs.changed', 'practice.changed', 'menu.navigate'] as const;
export type EventName = (typeof EVENT_NAMES)[number];

/** Used by the preload alone: a dropped file's path becomes a handle and never reaches the window. */
export const ADOPT_FILE = 'files.adopt';

/** Pages that the app may open in the system's browser, by id. */
export const LINK_IDS = ['openpgp-rfc', 'licences'] as const;
export type LinkId = (typeof LINK_IDS)[number];

/** Places of the sidebar, in order. */
export const PLACES = ['send', 'activity', 'keys', 'connections', 'settings'] as const;
export type Place = (typeof PLACES)[number];
