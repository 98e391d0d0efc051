/** /docs: the API document as one readable page, without script and without outside resources. */

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly requestBody?: unknown;
  readonly responses?: Readonly<Record<string, { readonly description?: string }>>;
}

interface ApiDocument {
  readonly info: { readonly title: string; readonly version: string };
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const STYLE = `
body { font: 14px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { font: 600 15px ui-monospace, monospace; margin: 2rem 0 .25rem; }
p { margin: .25rem 0; } pre { background: #8881; padding: .75rem; overflow: auto; }
li { margin: .1rem 0; } :root { color-scheme: light dark; }`;

export function docsPage(document: ApiDocument): string {
  const sections = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => section(method, path, operation)),
  );
  const title = escape(`${document.info.title} ${document.info.version}`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style></head>
<body><h1>${title}</h1>
<p>Every call under <code>/v1</code> needs <code>Authorization: Bearer &lt;admin token&gt;</code>;
the token is in the server's credentials file. Calls under <code>/core</code> are Secure Data Storage:
they need the headers that each lists. The same in machine's words:
<a href="/openapi.json">/openapi.json</a>.</p>
${sections.join('\n')}
</body></html>
`;
}

function section(method: string, path: string, operation: Operation): string {
  const answers = Object.entries(operation.responses ?? {})
    .map(([status, { description }]) => `<li>${escape(status)}: ${escape(description ?? '')}</li>`)
    .join('');
  const body = operation.requestBody
    ? `<pre>${escape(JSON.stringify(operation.requestBody, null, 2))}</pre>`
    : '';
  return `<section><h2>${escape(method.toUpperCase())} ${escape(path)}</h2>
<p>${escape(operation.summary ?? '')}</p><p>${escape(operation.description ?? '')}</p>${body}
<ul>${answers}</ul></section>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.codePointAt(0)};`);
}
