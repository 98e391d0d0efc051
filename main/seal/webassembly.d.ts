/** What is used of WebAssembly, which Node has and its types leave to those of browsers. */
declare namespace WebAssembly {
  class Memory {
    constructor(size: {
      readonly initial: number;
      readonly maximum: number;
      readonly shared: true;
    });
    readonly buffer: SharedArrayBuffer;
  }
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(
      module: Module,
      imports: Readonly<Record<string, Readonly<Record<string, Memory>>>>,
    );
    readonly exports: unknown;
  }
  interface Global {
    readonly value: number;
  }
}
