#!/usr/bin/env python3
"""Holds every #include of the repository against the layers of docs/hacking.md.

usage: tools/check_layers.py [ROOT]      prints each include that breaks a rule; exit code 1 if there is one
"""

import pathlib
import re
import sys

# What each folder of src/ may include besides itself, <linnet/...> and std. "isa" is what the
# compiler flags of an instruction set apply to: the headers and the subfolders of src/kernels.
LAYERS = {
    "base": [],
    "threads": ["base"],
    "quant": ["base"],
    "gguf": ["base", "quant"],
    "tensor": ["base", "quant"],
    "kernels": ["base", "quant"],
    "isa": ["base", "quant", "kernels"],
    "ops": ["base", "threads", "gguf", "quant", "tensor", "kernels"],
    "model": ["base", "threads", "gguf", "quant", "tensor", "kernels", "ops"],
    "tokenizer": ["base", "gguf"],
    "grammar": ["base", "gguf", "tokenizer"],
    "chat": ["base"],
    "sampling": ["base"],
    "convert": ["base", "gguf", "quant", "model"],
    "engine": [
        "base",
        "threads",
        "gguf",
        "quant",
        "tensor",
        "kernels",
        "ops",
        "model",
        "tokenizer",
        "grammar",
        "chat",
        "sampling",
    ],
    "tasks": [
        "base",
        "threads",
        "gguf",
        "quant",
        "tensor",
        "kernels",
        "ops",
        "model",
        "tokenizer",
        "grammar",
        "chat",
        "sampling",
        "engine",
    ],
    "cli": [],
}

# Headers from elsewhere, and the folders that may include them; tests and benchmarks may include all.
EVERYWHERE = set(LAYERS) | {"examples"}
THIRD_PARTIES = {
    r"fmt/.*": EVERYWHERE - {"isa", "examples"},
    r"nlohmann/.*": {"base", "chat", "grammar", "tasks", "cli"},
    r"pcre2\.h": {"tokenizer"},
    r"utf8proc\.h": {"tokenizer", "grammar", "chat"},
    r"CLI/.*": {"cli"},
    r"histedit\.h|editline/readline\.h": {"cli"},
    r"gtest/.*|gmock/.*": set(),
    r"benchmark/.*": set(),
    # The processor and the system; sockets are absent on purpose.
    r"\w+intrin\.h|cpuid\.h|arm_neon\.h|sys/(auxv|sysctl)\.h|asm/hwcap\.h": {"isa", "kernels", "threads"},
    r"fcntl\.h|unistd\.h|sys/(mman|stat|types)\.h": {"base", "threads", "cli"},
    r"sys/syscall\.h": {"base"},
    r"(sched|pthread)\.h": {"base", "threads"},
    r"string\.h": {"base"},  # explicit_bzero
    r"(signal|poll|pwd|termios|sys/ioctl|sys/resource|sys/wait)\.h": {"cli"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]')


def folder_of(path):
    """The name under which the rules know the folder of `path`, a path inside the repository."""
    parts = path.parts
    if parts[:2] == ("src", "kernels") and (len(parts) > 3 or path.suffix == ".h"):
        return "isa"
    if parts[0] == "src":
        return parts[1]
    return "public" if parts[:2] == ("include", "linnet") else parts[0]


def problem(folder, path, is_quoted, header, root):
    """Why a file of `folder` may not include `header`, or None."""
    if folder in ("tests", "benchmarks"):
        return None
    if header.startswith("linnet/"):
        return "write the library's own headers as <linnet/...>" if is_quoted else None
    if is_quoted:
        return problem_quoted(folder, path, header, root)
    if re.fullmatch(r"[a-z_0-9]+", header):  # The standard library.
        return None
    for pattern, folders in THIRD_PARTIES.items():
        if re.fullmatch(pattern, header):
            allowed = ", ".join(sorted(folders)) or "tests only"
            return None if folder in folders else f"<{header}> is for {allowed}"
    return f"<{header}> is in no rule; see tools/check_layers.py"


def problem_quoted(folder, path, header, root):
    if folder == "public":
        return "a public header includes <linnet/...> and the standard library only"
    if folder == "examples":
        return None if (root / path.parent / header).is_file() else "an example sees <linnet/...> only"
    layer = header.split("/")[0]
    if layer == folder:
        return None
    if (root / path.parent / f"{header}.in").is_file():  # Made by CMake.
        return None
    if layer not in LAYERS:
        return f'"{header}" starts with no layer; write the path from src/'
    return None if layer in LAYERS[folder] else f"{folder} may not see {layer}"


def check(root):
    """All broken rules, as "path:line: what"."""
    broken = []
    files = [
        file
        for top in ("include", "src", "examples")
        for file in sorted((root / top).rglob("*"))
        if file.suffix in (".h", ".cc", ".inc")
    ]
    for file in files:
        path = file.relative_to(root)
        folder = folder_of(path)
        if folder not in EVERYWHERE | {"public"}:
            broken.append(f"{path}: the folder {folder} is in no rule; see tools/check_layers.py")
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if match := INCLUDE.match(line):
                what = problem(folder, path, match[1] == '"', match[2], root)
                if what:
                    broken.append(f"{path}:{number}: {what}")
    return len(files), broken


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    n_files, broken = check(root)
    print("\n".join(broken + [f"layers: {n_files} files, {len(broken)} broken rules"]))
    return 1 if broken or not n_files else 0


if __name__ == "__main__":
    sys.exit(main())
