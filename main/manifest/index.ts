/** Manifests: suggest a mapping, build, check, mend, and name what goes out. */
export { buildManifest, type ManifestParts } from './build.ts';
export { checkManifest, decodeManifest, requireManifest, type ManifestCheck } from './check.ts';
export {
  dataFileName,
  manifestName,
  partFileName,
  wholeFileName,
  type DataNameOptions,
} from './file-names.ts';
export { mendManifest, type MendedManifest } from './mend.ts';
export { suggestMapping } from './suggest.ts';
export { manifestYaml } from './yaml-export.ts';
