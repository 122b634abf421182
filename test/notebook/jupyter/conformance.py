"""Debian's python3-jupyter-kernel-test against the installed kernel: every test, with no skip."""
import sys
import unittest

import jupyter_kernel_test


class BinvitKernel(jupyter_kernel_test.KernelTests):
    kernel_name = "binvit"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('to stderr')"
    completion_samples = [
        {"text": "Math.hyp", "matches": {"hypot"}},
        {"text": "'text'.trimS", "matches": {"trimStart"}},
    ]
    complete_code_samples = ["6 * 7", "const f = (x: number) => {\n  return x;\n}", "for (const x of [1]) console.log(x)", "`a`", ""]
    incomplete_code_samples = ["const f = () => {", "[1,", "`a", "if (true) {", "f(1"]
    invalid_code_samples = ["const = 3", "1 +* 2", "}"]
    code_page_something = "Math.hypot?"
    code_generate_error = "throw new TypeError('on purpose')"
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": "[1, 2].map(x => x + 1)", "result": "[ 2, 3 ]"},
    ]
    code_display_data = [
        {"code": "display({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<b>bold</b>', 'text/plain': 'bold' }) })", "mime": "text/html"},
        {"code": "show([{ y: [1, 2] }])", "mime": "application/vnd.plotly.v1+json"},
    ]
    code_history_pattern = "6 ? 7"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Math.hypot"
    code_clear_output = "clear()"


if __name__ == "__main__":
    tests = unittest.defaultTestLoader.loadTestsFromTestCase(BinvitKernel)
    result = unittest.TextTestRunner(verbosity=2).run(tests)
    print(f"{result.testsRun} tests, {len(result.failures)} failures, {len(result.errors)} errors, {len(result.skipped)} skips")
    sys.exit(0 if result.wasSuccessful() and result.testsRun > 0 and not result.skipped else 1)
