/** The deflater of single blocks in assembly/, in memory that threads share. */
import { DEFLATE_WASM, DEFLATE_WASM_PAGES } from './deflate-wasm.ts';

/** Small enough to be spread well; a larger one would save another 0.2 % of the output. */
export const DEFLATE_BLOCK_BYTES = 512 * 1024;

/** What assembly/deflate.ts exports. */
interface DeflateExports {
  readonly INPUT: WebAssembly.Global;
  readonly INPUT_BYTES: WebAssembly.Global;
  readonly OUTPUT: WebAssembly.Global;
  readonly deflate: (bytes: number) => number;
}

let compiled: WebAssembly.Module | undefined;

/** Room for one block, what comes of it, and what is remembered in between: 1.2 MiB. */
export function newBlockMemory(): WebAssembly.Memory {
  const pages = DEFLATE_WASM_PAGES;
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

/** Several may be made over the same memory, one in each thread: the memory is for one of them at a time. */
export class BlockDeflater {
  /** `DEFLATE_BLOCK_BYTES` long. */
  readonly input: Buffer;
  readonly output: Buffer;
  readonly #deflate: (bytes: number) => number;

  constructor(memory: WebAssembly.Memory) {
    compiled ??= new WebAssembly.Module(Buffer.from(DEFLATE_WASM, 'base64'));
    const exported: unknown = new WebAssembly.Instance(compiled, { env: { memory } }).exports;
    const { INPUT, INPUT_BYTES, OUTPUT, deflate } = exported as DeflateExports;
    if (INPUT_BYTES.value !== DEFLATE_BLOCK_BYTES) throw new Error('a deflater for other blocks');
    this.input = Buffer.from(memory.buffer, INPUT.value, DEFLATE_BLOCK_BYTES);
    this.output = Buffer.from(memory.buffer, OUTPUT.value, INPUT.value - OUTPUT.value);
    this.#deflate = deflate;
  }

  /** Takes the first `bytes` of the input, at least one. @returns how many bytes of output there are */
  run(bytes: number): number {
    return this.#deflate(bytes);
  }
}
