// Lays the built app out as it would be installed: dist/, assets/, package.json and the packages it
// needs at run time, nothing else. So the tests see what users get, and need not read the sources.
import { chmod, cp, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

interface LockedPackage {
  dev?: boolean;
  link?: boolean;
  optional?: boolean;
}

/**
 * @param root the repository
 * @param folder empty; afterwards every user can read it
 */
export async function stageApp(root: string, folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const name of ['dist', 'assets', 'package.json']) {
    await cp(join(root, name), join(folder, name), { recursive: true });
  }
  for (const path of await productionPackages(root)) {
    await cp(join(root, path), join(folder, path), {
      recursive: true,
      // Packages inside packages have their own entries in the lock file.
      filter: (source) => basename(source) !== 'node_modules',
    });
  }
}

/** Folders, relative to the root, of all packages that are not for development only. */
async function productionPackages(root: string): Promise<string[]> {
  const read = async (path: string) => {
    const { packages } = JSON.parse(await readFile(join(root, path), 'utf8')) as {
      packages: Record<string, LockedPackage>;
    };
    return packages;
  };
  // npm's own note of what it installed: optional packages for other platforms are not in it.
  const installed = await read('node_modules/.package-lock.json');
  return Object.entries(await read('package-lock.json'))
    .filter(([path, entry]) => path.startsWith('node_modules/') && !entry.dev && !entry.link)
    .map(([path]) => path)
    .filter((path) => path in installed);
}
