// SPDX-License-Identifier: GPL-3.0-or-later
// The core as WebAssembly, without any import, as a page would use it.
import { readFileSync } from 'node:fs'

export async function load(path) {
    const module = new WebAssembly.Module(readFileSync(path))
    const imports = WebAssembly.Module.imports(module)
    if (imports.length)
        throw new Error(`the module wants ${imports.map((one) => `${one.module}.${one.name}`).join(', ')}`)
    const core = (await WebAssembly.instantiate(module, {})).exports
    core._initialize?.()

    const give = (text) => {
        const bytes = new TextEncoder().encode(text + '\0')
        const at = core.alloc(bytes.length)
        new Uint8Array(core.memory.buffer).set(bytes, at)
        return at
    }
    const take = (at) => {
        const memory = new Uint8Array(core.memory.buffer)
        const text = new TextDecoder().decode(memory.subarray(at, memory.indexOf(0, at)))
        core.release(at)
        return text
    }
    // Calls with texts given as they are; other arguments come before them.
    const call = (name, numbers, ...texts) => {
        const given = texts.map(give)
        const result = core[name](...numbers, ...given)
        given.forEach(core.release)
        return result
    }
    return {
        bytes: readFileSync(path).length,
        runCase: (program, input) => take(call('run_case', [], program, input)),
        openForm: (path, json) => call('form_open', [], path, json),
        closeForm: (form) => core.form_close(form),
        begin: (form, seconds, offset, seed) => core.interview_begin(form, seconds, offset, seed),
        end: (record) => core.interview_end(record),
        set: (record, path, value) => call('interview_set', [record], path, value) === 1,
        state: (record) => take(core.interview_state(record)),
        xml: (record, id) => take(call('interview_xml', [record], id)),
    }
}
