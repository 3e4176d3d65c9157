// SPDX-License-Identifier: GPL-3.0-or-later
// node wasm_cases.mjs MODULE CASES: the three-line cases in WebAssembly must give what they give natively.
import { readFileSync } from 'node:fs'
import { load } from './wasm.mjs'

const [modulePath, casesPath] = process.argv.slice(2)
const core = await load(modulePath)

const lines = readFileSync(casesPath, 'utf8').split('\n')
let passed = 0, failed = 0
console.log('1..1')
for (let i = 0; i < lines.length; i++) {
    if (lines[i] === '' || lines[i].startsWith('#'))
        continue
    const [program, input, expected] = lines.slice(i, i + 3)
    i += 2
    const came = core.runCase(program, input)
    if (expected.startsWith('!') ? came.startsWith(expected) : came === expected) {
        passed++
    } else {
        failed++
        console.error(`${program}: expected ${expected}, got ${came}`)
    }
}
console.log(`${failed || !passed ? 'not ok' : 'ok'} 1 - ${passed} cases in WebAssembly`)
process.exit(failed || !passed ? 1 : 0)
