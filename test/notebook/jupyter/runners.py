"""Notebooks through nbclient and papermill: a good one runs, of a failing one the error is seen and the rest does not run."""
import json
import os
import re
import sys
import tempfile


def notebook(*cells):
    return {
        "nbformat": 4, "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "binvit", "display_name": "TypeScript (binvit)", "language": "typescript"}},
        "cells": [
            {"id": f"cell-{n}", "cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": source}
            for n, source in enumerate(cells)
        ],
    }


good = notebook("const x: number = 6;\nconsole.log('printed');", "x * 7")
failing = notebook("console.log('before')", "function f(): never {\n  throw new TypeError('on purpose');\n}\nf();", "console.log('not reached')")


def check_good(cells):
    first, second = (cell["outputs"] for cell in cells)
    assert [(o["output_type"], o["text"]) for o in first] == [("stream", "printed\n")], first
    assert [o["output_type"] for o in second] == ["execute_result"] and second[0]["data"]["text/plain"] == "42", second


def check_failing(cells):
    outputs = [cell["outputs"] for cell in cells]
    assert outputs[0][0]["text"] == "before\n", outputs
    (error,) = outputs[1]
    assert (error["output_type"], error["ename"], error["evalue"]) == ("error", "TypeError", "on purpose"), error
    traceback = "\n".join(error["traceback"])
    assert "Cell [2]:2:" in traceback and "Cell [2]:4:" in traceback, traceback
    assert outputs[2] == [], outputs[2]


def run_nbclient():
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    book = nbformat.from_dict(good)
    NotebookClient(book, timeout=60).execute()
    check_good(book.cells)

    book = nbformat.from_dict(failing)
    try:
        NotebookClient(book, timeout=60).execute()
    except CellExecutionError as error:
        assert "TypeError" in str(error) and "on purpose" in str(error), str(error)
    else:
        raise AssertionError("nbclient did not see the error")
    check_failing(book.cells)

    # A cell that never ends is interrupted, and the kernel goes on with its state.
    book = nbformat.from_dict(notebook("let kept = 1", "while (true) kept += 1;", "kept > 1"))
    patience = lambda cell: 2 if "while" in cell.source else 60
    NotebookClient(book, timeout_func=patience, interrupt_on_timeout=True, allow_errors=True).execute()
    assert book.cells[1].outputs[-1]["ename"] == "Interrupted", book.cells[1].outputs
    assert book.cells[2].outputs[0]["data"]["text/plain"] == "true", book.cells[2].outputs

    # A cell that ends its process is that cell's error; the kernel lives.
    book = nbformat.from_dict(notebook("process.exit(3)", "1 + 1"))
    NotebookClient(book, timeout=60, allow_errors=True).execute()
    assert book.cells[0].outputs[-1]["output_type"] == "error", book.cells[0].outputs
    assert book.cells[1].outputs[0]["data"]["text/plain"] == "2", book.cells[1].outputs


def run_book():
    """Our own notebooks, as someone with nbclient runs them."""
    import nbformat
    from nbclient import NotebookClient

    folder = os.path.join(os.path.dirname(__file__), "..", "..", "..", "notebooks")
    for name in sorted(name for name in os.listdir(folder) if name.endswith(".ipynb")):
        book = nbformat.read(os.path.join(folder, name), as_version=4)
        # What trains does so for a moment only: `binvit notebook check` holds the outputs.
        for cell in book.cells:
            cell.source = re.sub(r"^const steps = \d+;$", "const steps = 10;", cell.source, flags=re.MULTILINE)
        NotebookClient(book, timeout=300, resources={"metadata": {"path": folder}}).execute()
        shown = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
        assert any("image/svg+xml" in output.get("data", {}) for output in shown), name


def run_papermill():
    import nbformat
    import papermill

    with tempfile.TemporaryDirectory() as folder:
        source, target = os.path.join(folder, "in.ipynb"), os.path.join(folder, "out.ipynb")

        def run(book):
            with open(source, "w", encoding="utf-8") as file:
                json.dump(book, file)
            papermill.execute_notebook(source, target, progress_bar=False)

        def written():
            return [cell for cell in nbformat.read(target, as_version=4).cells if cell.cell_type == "code"]

        run(good)
        check_good(written())
        try:
            run(failing)
        except papermill.PapermillExecutionError as error:
            assert (error.ename, error.evalue) == ("TypeError", "on purpose"), error
        else:
            raise AssertionError("papermill did not see the error")
        check_failing(written())


{"nbclient": run_nbclient, "book": run_book, "papermill": run_papermill}[sys.argv[1]]()
print(f"{sys.argv[1]}: ok")
