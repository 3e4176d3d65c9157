// SPDX-License-Identifier: GPL-3.0-or-later
// node wasm_interviews.mjs MODULE INTERVIEW SEEDS FORM...: random interviews that the native program made are
// repeated in WebAssembly. Every node's relevance, value and verdict, and the submission, must be the same.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { load } from './wasm.mjs'

const [modulePath, interview, seeds, ...forms] = process.argv.slice(2)
const core = await load(modulePath)
const native = (...given) => execFileSync(interview, given, { maxBuffer: 1 << 30, encoding: 'utf8' })

function firstDifference(ours, theirs) {
    for (let i = 0; i < Math.max(ours.length, theirs.length); i++)
        if (JSON.stringify(ours[i]) !== JSON.stringify(theirs[i]))
            return `${JSON.stringify(ours[i])} natively, ${JSON.stringify(theirs[i])} in WebAssembly`
    return null
}

function repeat(form, file, seed) {
    const expected = JSON.parse(native(file, String(seed)))
    const record = core.begin(form, 1480000000, 0, 1)
    for (const { path, value } of expected.answers)
        if (!core.set(record, path, value))
            return `${path}: no such question`
    const difference = firstDifference(expected.nodes, JSON.parse(core.state(record)))
        ?? (core.xml(record, 'uuid:0') === expected.xml ? null : 'the submissions differ')
    core.end(record)
    return difference ?? (expected.answers.length ? null : 'nothing was answered')
}

let number = 0, failed = 0
console.log(`1..${forms.length}`)
for (const file of forms) {
    number++
    const name = basename(file)
    if (!existsSync(file)) {
        console.log(`ok ${number} - ${name} # SKIP the shared questionnaires are not here`)
        continue
    }
    const form = core.openForm(file, native(file, 'workbook'))
    let trouble = form ? null : 'the form could not be opened'
    for (let seed = 1; seed <= Number(seeds) && !trouble; seed++) {
        trouble = repeat(form, file, seed)
        if (trouble)
            console.error(`${name}, seed ${seed}: ${trouble}`)
    }
    core.closeForm(form)
    failed += trouble ? 1 : 0
    console.log(`${trouble ? 'not ok' : 'ok'} ${number} - ${name}, ${seeds} interviews`)
}
process.exit(failed ? 1 : 0)
