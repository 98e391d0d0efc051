// Which room may use which: docs/architecture.md, "Direction", as rules. `npm test` enforces them.

/** A rule that forbids every import from `from` to `to`. */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const electronRooms = '^main/(index\\.ts$|shell/|ipc/|platform/|preload/)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    forbid(
      'no-cycles',
      'Two files that need each other are one file, or three.',
      {},
      { circular: true },
    ),
    forbid(
      'shared-is-pure',
      'shared knows nothing of ours, no Node, no DOM, no Electron.',
      { path: '^shared/' },
      { path: '^(main|renderer|server|test|scripts)/' },
    ),
    forbid(
      'shared-without-node',
      'shared runs in a window, too.',
      { path: '^shared/' },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'domain-is-innermost',
      'shared/domain is what both sides of the wire speak: it needs nothing but itself and the errors.',
      { path: '^shared/domain/' },
      { pathNot: '^shared/' },
    ),
    forbid(
      'renderer-uses-shared-only',
      'The window knows no Node, no key, no passphrase.',
      { path: '^renderer/' },
      { path: '^(main|server|test|scripts)/' },
    ),
    forbid(
      'renderer-without-node',
      'The window has no Node.',
      { path: '^renderer/' },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'renderer-without-electron',
      'Only the preload speaks to Electron for the window.',
      { path: '^renderer/' },
      { path: 'node_modules/electron/' },
    ),
    forbid(
      'feature-through-index',
      'A feature reaches another only through its index.ts.',
      { path: '^renderer/features/([^/]+)/' },
      {
        path: '^renderer/features/',
        pathNot: ['^renderer/features/$1/', '^renderer/features/[^/]+/index\\.tsx?$'],
      },
    ),
    forbid(
      'app-reaches-features-through-index',
      'The rest of the window, too.',
      { path: '^renderer/(app|bridge|ui)/' },
      { path: '^renderer/features/', pathNot: '^renderer/features/[^/]+/index\\.tsx?$' },
    ),
    forbid(
      'ui-knows-no-feature',
      'The design system has no feature knowledge.',
      { path: '^renderer/ui/' },
      { path: '^renderer/(features|app|bridge)/' },
    ),
    forbid(
      'electron-in-its-rooms',
      'All other rooms of main run in plain Node: the CLI, the worker and the tests use them.',
      { path: '^(main|server|shared)/', pathNot: electronRooms },
      { path: 'node_modules/electron/' },
    ),
    forbid(
      'plain-rooms-stay-plain',
      'A room that runs in plain Node must not reach Electron through another.',
      { path: '^main/', pathNot: electronRooms },
      { path: '^main/(index\\.ts|shell/|ipc/|preload/)' },
    ),
    forbid(
      'preload-only-exposes',
      'The preload bundles names and kinds, nothing else.',
      { path: '^main/preload/' },
      { pathNot: ['^main/preload/', '^shared/', 'node_modules/electron/'] },
    ),
    {
      name: 'worker-without-keychain',
      comment: 'The worker never reaches ipc, shell or the keychain, not even through others.',
      severity: 'error',
      from: { path: '^main/worker/' },
      to: {
        path: [
          '^main/(ipc|shell)/',
          '^main/platform/keychain',
          '^main/keys/secrets',
          '@napi-rs/keyring',
        ],
        reachable: true,
      },
    },
    forbid(
      'app-and-server-are-strangers',
      'The server has its own readers, so that a mistake on one side is caught by the other.',
      { path: '^(main|renderer)/' },
      { path: '^server/' },
    ),
    forbid(
      'server-and-app-are-strangers',
      'They share only types and code names from shared/domain.',
      { path: '^server/' },
      { path: ['^(main|renderer)/', '^shared/(?!domain/)'] },
    ),
    forbid('nothing-imports-test', '', { pathNot: '^test/' }, { path: '^test/' }),
    forbid(
      'no-development-package-at-run-time',
      'What runs in main or the server must be installed with the app.',
      { path: '^(main|server)/', pathNot: 'vite\\.config\\.ts$' },
      {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/(electron|@types)/',
      },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|artefacts|release)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
