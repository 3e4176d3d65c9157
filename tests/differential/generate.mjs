// SPDX-License-Identifier: GPL-3.0-or-later
// Questionnaires made at random, to interview with two engines: groups, repeats, cascades, and logic over
// what was asked before.
// usage: node generate.mjs FOLDER COUNT
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, count] = process.argv.slice(2);

function random(seed) { // mulberry32
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function form(seed) {
  const next = random(seed), pick = (list) => list[Math.floor(next() * list.length)], chance = (p) => next() < p;
  const rows = [], asked = [], fixed = new Set(); // asked: {name, type, depth of repeat}
  let serial = 0, repeats = 0;
  const usable = (type, place) => asked.filter((q) => (!type || q.type === type) && (q.place === '' || q.place === place));
  const ref = (type, place) => { const q = pick(usable(type, place)); return q ? `\${${q.name}}` : null; };

  const condition = (place, depth = 0) => {
    const number = ref('integer', place), one = ref('select_one', place), many = ref('select_multiple', place),
      text = ref('text', place), date = ref('date', place);
    const options = [];
    if (number)
      options.push(`${number} ${pick(['>', '<', '>=', '<=', '=', '!='])} ${Math.floor(next() * 12)}`, `${number} mod 2 = 0`, `${number} * 2 - 3 > ${Math.floor(next() * 20)}`,
        `coalesce(${number}, 5) div 2 > 3`);
    if (one)
      options.push(`${one} = '${pick(['a', 'b', 'c'])}'`, `${one} != '${pick(['a', 'b'])}'`, `not(${one} = 'c')`, `${one} = ''`);
    if (many)
      options.push(`selected(${many}, '${pick(['a', 'b', 'c', 'd'])}')`, `count-selected(${many}) ${pick(['>', '<', '='])} ${Math.floor(next() * 4)}`);
    if (text)
      options.push(`string-length(${text}) > ${Math.floor(next() * 8)}`, `contains(${text}, 'A')`, `regex(${text}, '[A-Z][0-9]+')`, `starts-with(${text}, 'two')`);
    if (date)
      options.push(`${date} > date('2015-06-01')`, `${date} < today()`, `format-date(${date}, '%m') = '03'`);
    const made = options.length ? pick(options) : "1 = 1";
    return depth < 2 && chance(0.35) ? `(${made}) ${pick(['and', 'or'])} (${condition(place, depth + 1)})` : made;
  };
  const calculation = (place) => {
    const number = ref('integer', place), decimal = ref('decimal', place), one = ref('select_one', place), text = ref('text', place),
      many = ref('select_multiple', place), date = ref('date', place);
    const options = [`if(${condition(place)}, 'yes', 'no')`];
    if (number)
      options.push(`${number} + 1`, `${number} * 1.5`, `round(${number} div 7, 2)`, `int(${number} div 3)`, `if(${number} > 5, ${number}, 0)`, `max(coalesce(${number}, 0), 6)`,
        `min(coalesce(${number}, 1), 3, 9)`, `pow(${number}, 2)`, `concat('n', ${number})`, `string(coalesce(${number}, 2) div 4)`, `${number} div 0`, `number(${number}) mod 5`, `abs(${number} - 6)`);
    if (decimal)
      options.push(`${decimal} * 3`, `round(${decimal}, 1)`, `${decimal} + 0.1`, `int(${decimal})`);
    if (one)
      options.push(`jr:choice-name(${one}, '${one}')`, `concat(${one}, '-', string-length(${one}))`, `if(${one} = 'a', 1, 2)`);
    if (text)
      options.push(`substr(${text}, 1, 3)`, `concat(${text}, '!')`, `translate(${text}, 'abc', 'ABC')`, `normalize-space(concat(' ', ${text}, '  x '))`, `substring-after(${text}, ' ')`);
    if (many)
      options.push(`count-selected(${many}) * 10`, `selected-at(${many}, 0)`, `join(';', ${many})`);
    if (date)
      options.push(`format-date(${date}, '%Y/%n/%e')`, `int(decimal-date-time(${date}))`, `if(${date} = '', '', date(decimal-date-time(${date}) + 30))`);
    // Sums over what may be empty are one of the traps (docs/differential.md): only repeats of a fixed number.
    const inner = asked.filter((q) => q.type === 'integer' && fixed.has(q.place) && q.always && place === '');
    if (inner.length) {
      const q = pick(inner);
      options.push(`sum(\${${q.name}})`, `count(\${${q.place}})`, `max(\${${q.name}})`, `indexed-repeat(\${${q.name}}, \${${q.place}}, 1)`);
    }
    return pick(options);
  };
  const row = (type, name, cells = {}) => rows.push([type, name, cells.label ?? `Label ${name}`, cells.relevant ?? '', cells.constraint ?? '', cells.required ?? '', cells.calculation ?? '',
    cells.choice_filter ?? '', cells.default ?? '', cells.repeat_count ?? '']);

  const question = (place) => {
    const type = pick(['integer', 'integer', 'decimal', 'text', 'date', 'select_one', 'select_one', 'select_multiple', 'calculate', 'calculate', 'note']);
    const name = `${type.slice(0, 3)}${++serial}`, cells = {};
    if (chance(0.45) && usable(null, place).length)
      cells.relevant = condition(place);
    if (type === 'calculate')
      cells.calculation = calculation(place);
    if (type === 'integer' && chance(0.5))
      cells.constraint = pick(['. >= 0 and . < 100', '. mod 2 = 0', usable('integer', place).length ? `. <= ${ref('integer', place)}` : '. > 1']);
    if (type === 'text' && chance(0.3))
      cells.constraint = pick(["regex(., '[A-Z][0-9]{3}')", 'string-length(.) < 5']);
    if (type !== 'calculate' && type !== 'note' && chance(0.3))
      cells.required = chance(0.6) ? 'yes' : condition(place);
    if (type === 'integer' && chance(0.15))
      cells.default = String(Math.floor(next() * 10));
    if (type === 'note')
      cells.label = usable(null, place).length ? `Note on ${ref(null, place)}` : 'Note';
    let list = '';
    if (type.startsWith('select')) {
      const before = ref('select_one', place);
      list = chance(0.25) && before ? ' filtered' : ' plain';
      if (list === ' filtered')
        cells.choice_filter = `group = ${before}`;
    }
    row(type + list, name, cells);
    if (type !== 'note')
      asked.push({ name, type, place, always: !cells.relevant });
  };
  const block = (place, depth, guarded = false) => {
    for (let i = 0, n = 2 + Math.floor(next() * 5); i < n; i++) {
      if (depth < 2 && chance(0.18)) {
        const name = `g${++serial}`;
        const relevant = chance(0.4) && usable(null, place).length ? condition(place) : '';
        row('begin_group', name, { relevant });
        block(place, depth + 1, guarded || relevant !== '');
        if (relevant !== '')
          asked.filter((q) => q.place === place).forEach((q) => { q.always = false; });
        row('end_group', '', { label: '' });
      } else if (depth < 2 && place === '' && repeats < 2 && chance(0.2)) {
        const name = `r${++serial}`, how = next();
        repeats++;
        if (how >= 0.7 && !guarded)
          fixed.add(name);
        if (how < 0.7)
          row('integer', `count${serial}`);
        row('begin_repeat', name, { repeat_count: how < 0.35 ? `min(coalesce(\${count${serial}}, 0), 3)` : how < 0.7 ? `\${count${serial}}` : '2' });
        block(name, depth + 1);
        row('end_repeat', '', { label: '' });
      } else {
        question(place);
      }
    }
  };
  for (let i = 0; i < 3; i++)
    block('', 0);
  const table = (name, lines) => `| ${name} |\n` + lines.map((cells) => `| | ${cells.join(' | ')} |`).join('\n') + '\n';
  return table('survey', [['type', 'name', 'label', 'relevant', 'constraint', 'required', 'calculation', 'choice_filter', 'default', 'repeat_count'], ...rows]) +
    table('choices', [['list_name', 'name', 'label', 'group'], ['plain', 'a', 'Alpha', ''], ['plain', 'b', 'Beta', ''], ['plain', 'c', 'Gamma', ''], ['plain', 'd', 'Delta', ''],
      ['filtered', 'a', 'One', 'a'], ['filtered', 'b', 'Two', 'a'], ['filtered', 'c', 'Three', 'b'], ['filtered', 'd', 'Four', 'c']]) +
    table('settings', [['form_id', 'version'], [`generated_${seed}`, '1']]);
}

for (let seed = 1; seed <= Number(count); seed++)
  writeFileSync(join(folder, `generated_${seed}.md`), form(seed));
