"""Finds the submissions in a folder, and tells whose they are.

These ways of handing in are understood:
    FOLDER/05_loss_functions.ipynb                      one learner's notebooks, side by side
    FOLDER/ada__05_loss_functions.ipynb                 many learners', each with a name in front
    FOLDER/STUDENT/05_loss_functions.ipynb              a folder for each learner
    FOLDER/submitted/STUDENT/ASSIGNMENT/NOTEBOOK.ipynb  nbgrader's, with or without "submitted"
    FOLDER/submission_123/..., submission_metadata.yml  Gradescope's export, unpacked
"""

from pathlib import Path

from nncourse.grading.submissions import Submission

IGNORED = {"__MACOSX", "__pycache__", "autograded", "feedback", "node_modules"}
GRADESCOPE = "submission_metadata.yml"


def find(folder):
    """The Submissions in a folder, in the order of their names, not yet read()."""
    folder = Path(folder)
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is no folder: unpack the submissions into one.")
    top = folder / "submitted" if (folder / "submitted").is_dir() else folder
    names, found = gradescope_names(top), []
    for path in sorted(path for path in top.iterdir() if is_notebook(path)):
        found.append(Submission(whose_file(path, top), path.relative_to(folder).as_posix()))
    for home in sorted(top.iterdir()):
        if not home.is_dir() or home.suffix == ".ipynb" or home.is_symlink() or ignored(home):
            continue
        student = names.get(home.name, home.name)
        paths = sorted(path for path in home.rglob("*.ipynb") if wanted(path, home))
        for path in paths:
            found.append(Submission(student, path.relative_to(folder).as_posix()))
        if not paths:
            path = home.relative_to(folder).as_posix()
            found.append(Submission(student, path, reason=absent(home)))
    return found


def is_notebook(path):
    return path.suffix == ".ipynb" and not ignored(path)


def wanted(path, home):
    return not any(ignored(home / part) for part in path.relative_to(home).parts)


def ignored(path):
    """Hidden files, copies that others made, and the folder of our own reports."""
    ours = (path / "overrides.csv").exists() and (path / "results.json").exists()
    return path.name.startswith(".") or path.name in IGNORED or ours


def whose_file(path, top):
    """ada__05_loss_functions.ipynb is handed in by ada; without "__", by the folder's owner."""
    student, _, rest = path.stem.partition("__")
    return student if rest and student[:2].isdigit() is False else top.resolve().name


def absent(home):
    others = sorted(p.name for p in home.rglob("*") if p.is_file() and not p.name.startswith("."))
    if not others:
        return "The folder is empty: hand in the notebook, a file that ends in .ipynb."
    shown = ", ".join(others[:3]) + (", ..." if len(others) > 3 else "")
    return f"There is no notebook here, only {shown}: hand in the file that ends in .ipynb."


def gradescope_names(top):
    """{"submission_123": "ada@example.org"} from Gradescope's own list, when there is one."""
    if not (top / GRADESCOPE).is_file():
        return {}
    import yaml  # comes with Jupyter

    names = {}
    try:
        entries = yaml.safe_load((top / GRADESCOPE).read_text(encoding="utf-8"))
        for name, entry in entries.items():
            people = entry[":submitters"]
            names[name] = ", ".join(str(p.get(":email") or p[":name"]) for p in people)
    except (AttributeError, KeyError, TypeError, ValueError, yaml.YAMLError):
        return {}
    return names
