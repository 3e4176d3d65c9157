// SPDX-License-Identifier: GPL-3.0-or-later
// The same XForm, the same answers, two engines: relevance, values, constraints and the submission must
// agree, but for the traps listed in traps.json.
// usage: node differential.mjs ASSAY INTERVIEW SEEDS FORM...
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import * as engine from './engine.mjs';

const [assay, interview, seeds, ...forms] = process.argv.slice(2);
const traps = JSON.parse(readFileSync(new URL('traps.json', import.meta.url)));
const output = (program, ...given) => execFileSync(program, given, { maxBuffer: 1 << 30, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

const trapped = (form, path) => traps.find((trap) => (trap.form === form || trap.form === '*') && new RegExp(trap.path).test(path));

// Numbers by value ("1.50" is 1.5), the rest by text.
function same(one, other) {
  return one === other || (one !== '' && other !== '' && Number.isFinite(Number(one)) && Math.abs(Number(one) - Number(other)) <= 1e-12 * Math.abs(Number(one)));
}

function compareNode(ours, theirs) {
  if (!theirs)
    return ours.relevant && ours.type !== 'group' ? `${ours.path}: only here` : null;
  if (ours.relevant !== theirs.currentState.relevant)
    return `${ours.path}: ${ours.relevant ? 'relevant' : 'not relevant'} here, not there`;
  if (!ours.relevant || ours.value === undefined)
    return null;
  if (!same(ours.value, engine.text(theirs)))
    return `${ours.path}: '${ours.value}' here, '${engine.text(theirs)}' there`;
  // JavaRosa judges what is asked or shown; a calculation that is required never stops anybody.
  if (['calculate', 'hidden'].includes(ours.type))
    return null;
  const wrong = ['constraint', 'required'].includes(ours.wrong) ? ours.wrong : '';
  return wrong === engine.wrong(theirs) ? null : `${ours.path} = '${ours.value}': '${wrong}' here, '${engine.wrong(theirs)}' there`;
}

// Leaves of a submission, "path=value", in order; meta and blank ones apart.
function leaves(xml, skip) {
  const found = [];
  const walk = (element, path) => {
    const here = `${path}/${element.localName}`;
    if (element.localName === 'meta')
      return;
    if (!element.children.length && element.textContent !== '' && !skip(here))
      found.push(`${here}=${Number.isFinite(Number(element.textContent)) ? Number(element.textContent) : element.textContent}`);
    for (const child of element.children)
      walk(child, here);
  };
  walk(new DOMParser().parseFromString(xml, 'text/xml').documentElement, '');
  return found.join('\n');
}

async function compare(file, seed) {
  const name = basename(file).replace(/\.[a-z]+$/, '');
  const ours = JSON.parse(output(interview, file, String(seed)));
  let form;
  try {
    form = output(assay, 'xform', file);
  } catch (error) {
    throw error.status === 1 ? new Error('the form has faults') : error;
  }
  const root = await engine.open(form);
  const skipped = [], reached = new Map();
  for (const answer of ours.answers) {
    const node = engine.reach(root, answer.path, reached);
    try {
      engine.set(node, answer.type, answer.value);
    } catch (error) {
      skipped.push(`${answer.path}: ${error.message}`);
    }
  }
  const theirs = engine.nodes(root);
  const known = (path) => Boolean(trapped(name, path.replace(/\[\d+\]/g, '')));
  const differences = skipped.concat(ours.nodes.map((node) => compareNode(node, theirs.get(node.path))))
    .filter((text) => text && !known(text.split(/[: ]/)[0]));
  const sent = [leaves(ours.xml, known), leaves(engine.submission(root), known)].map((text) => text.split('\n'));
  const first = sent[0].findIndex((line, i) => line !== sent[1][i]);
  if (sent[0].join('\n') !== sent[1].join('\n') && !differences.length)
    differences.push(`the submissions differ: '${sent[0][first]}' here, '${sent[1][first]}' there`);
  return { nodes: ours.nodes.length, answers: ours.answers.length, differences };
}

console.log(`1..${forms.length}`);
let number = 0;
for (const file of forms) {
  const differences = [];
  let nodes = 0, answers = 0, skipped = null;
  for (let seed = 1; seed <= Number(seeds); seed++) {
    const result = await compare(file, seed).catch((error) => ({ nodes: 0, answers: 0, differences: [], skipped: error }));
    if (result.skipped) {
      skipped = result.skipped;
      break;
    }
    nodes += result.nodes;
    answers += result.answers;
    differences.push(...result.differences.map((text) => `${basename(file)} seed ${seed}: ${text}`));
  }
  number++;
  // Only what the other engine lacks, or a form that is faulty, is a reason to leave a form out.
  const reason = skipped && /^(Function '.*' is not defined|the form has faults)/.exec(skipped.message);
  if (skipped && !reason)
    differences.push(`${basename(file)}: ${skipped.stack}`);
  if (reason) {
    console.log(`ok ${number} - ${basename(file)} # SKIP ${reason[0]}`);
    continue;
  }
  console.log(`${differences.length ? 'not ' : ''}ok ${number} - ${basename(file)}: ${seeds} interviews, ${answers} answers, ${nodes} nodes`);
  for (const text of differences.slice(0, 20))
    console.error(text);
}
