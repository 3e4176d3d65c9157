// SPDX-License-Identifier: GPL-3.0-or-later
// @getodk/xforms-engine under Node, with a fixed clock: loads an XForm and repeats an interview.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { JSDOM } from 'jsdom';

// The engine looks for a browser, its parser for CommonJS: both get what they look for.
const require = createRequire(import.meta.url);
const engineFile = fileURLToPath(import.meta.resolve('@getodk/xforms-engine'));
globalThis.require = require;
globalThis.__dirname = dirname(engineFile);
const window = new JSDOM('').window;
for (const name of ['DOMParser', 'XMLSerializer', 'Node', 'Element', 'Document', 'XMLDocument', 'Attr', 'Text', 'NodeFilter',
  'XPathResult', 'HTMLElement', 'Comment', 'ProcessingInstruction', 'CDATASection', 'DocumentFragment'])
  if (window[name])
    globalThis[name] = window[name];
globalThis.window = window;
globalThis.document = window.document;

// The clock of the native interviews.
const RealDate = Date;
const fixed = 1480000000000;
globalThis.Date = class extends RealDate {
  constructor(...given) { given.length ? super(...given) : super(fixed); }
  static now() { return fixed; }
};

const { loadForm } = await import('@getodk/xforms-engine');

export async function open(xml) {
  const loaded = await loadForm(xml, { fetchFormAttachment: async () => new Response('', { status: 404 }), missingResourceBehavior: 'BLANK' });
  if (loaded.status === 'failure')
    throw new Error(`the engine can't load the form: ${loaded.error?.message}`);
  return loaded.createInstance().root;
}

// Every node by its reference: questions, groups and repeat instances (a range is none of these).
export function nodes(root) {
  const found = new Map();
  const walk = (node) => {
    if (!node.nodeType.startsWith('repeat-range'))
      found.set(node.currentState.reference, node);
    for (const child of node.currentState.children ?? [])
      walk(child);
  };
  walk(root);
  return found;
}

function ranges(root) {
  const found = new Map();
  const walk = (node) => {
    if (node.nodeType.startsWith('repeat-range'))
      found.set(node.currentState.reference, node);
    for (const child of node.currentState.children ?? [])
      walk(child);
  };
  walk(root);
  return found;
}

// The node of a path, with the repeat instances that it names; known remembers what was found.
export function reach(root, path, known) {
  if (known.has(path))
    return known.get(path);
  for (const match of path.matchAll(/\[(\d+)\]/g)) {
    const range = ranges(root).get(path.slice(0, match.index));
    if (range?.nodeType === 'repeat-range:uncontrolled')
      while (range.currentState.children.length < Number(match[1]))
        range.addInstances();
  }
  for (const [name, node] of nodes(root))
    known.set(name, node);
  return known.get(path);
}

export function set(node, type, value) {
  if (node.nodeType === 'select')
    type === 'select_multiple' ? node.selectValues(value ? value.split(' ') : []) : node.selectValue(value || null);
  else if (node.nodeType === 'input' || node.nodeType === 'range')
    node.setValue(value === '' ? (node.valueType === 'string' ? '' : null) : value);
  else
    throw new Error(`no way to answer a ${node.nodeType}`);
}

// The text that a node has in a submission.
export function text(node) {
  const xml = node.instanceState.instanceXML;
  return xml ? new DOMParser().parseFromString(`<r xmlns:orx="o" xmlns:jr="j">${xml}</r>`, 'text/xml').documentElement.textContent : '';
}

export function wrong(node) {
  const state = node.validationState;
  if (state?.constraint && !state.constraint.valid)
    return 'constraint';
  return state?.required && !state.required.valid ? 'required' : '';
}

export function submission(root) {
  return root.instanceState.instanceXML;
}
