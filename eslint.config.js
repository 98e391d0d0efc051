// What the compiler cannot see: unhandled promises, the borders between rooms that are not imports,
// and the sizes of files and functions. Which folder may import which is in .dependency-cruiser.cjs.
import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import tseslint from 'typescript-eslint';

const source = ['main/**', 'renderer/**', 'server/**', 'shared/**'];
const electronRooms = [
  'main/index.ts',
  'main/shell/**',
  'main/ipc/**',
  'main/platform/**',
  'main/preload/**',
];
const settings = ['*.config.{ts,js}', 'server/vite.config.ts', 'test/e2e/harness/global-setup.ts'];

export default tseslint.config(
  {
    ignores: [
      ...['dist', 'dist.*', 'release', 'artefacts', 'coverage', 'test/fixtures'],
      // AssemblyScript has types of its own and a compiler that checks them.
      'main/seal/assembly',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        // The configuration files in the root belong to test/tsconfig.json, which is not beside them.
        projectService: { allowDefaultProject: ['*.config.ts'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // `typeof import('…')` names the type of a module that is loaded only when it is needed.
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // An interface may ask for a promise where this one implementation has nothing to await.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
    },
  },
  {
    rules: {
      eqeqeq: 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true } }],
    },
  },
  { files: settings, rules: { 'no-restricted-exports': 'off' } },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: { globals: globals.node },
  },
  {
    files: source,
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      // A secret must not reach a log by accident: logs go through the room's own logger.
      'no-console': 'error',
    },
  },
  {
    // A component's markup counts as lines, too.
    files: ['renderer/**/*.tsx'],
    extends: [reactHooks.configs.flat.recommended],
    rules: {
      // Takes every prop of a component for a ref as soon as one of them is.
      'react-hooks/refs': 'off',
      'max-lines-per-function': ['error', { max: 120, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ['main/cli/**'], rules: { 'no-console': 'off' } },
  {
    files: ['main/**'],
    ignores: electronRooms,
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: 'electron',
              message:
                'This room also runs in plain Node: the CLI, the worker and the tests use it.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['renderer/**'],
    ignores: ['renderer/bridge/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            "MemberExpression[object.name=/^(window|globalThis)$/][property.name='sealift']",
          message: 'Only renderer/bridge speaks to the main process.',
        },
      ],
    },
  },
  {
    // Tests read JSON of programs that have no types.
    files: ['test/**'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
);
