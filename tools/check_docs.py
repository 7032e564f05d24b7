#!/usr/bin/env python3
"""Every public name has a comment, and no comment speaks of what is not there.

usage: tools/check_docs.py [HEADER...]     (default: those of include/linnet)

What Doxygen complains of is printed, and what it overlooks: enumerators without a comment.
"""

import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
OPTIONS = """
INPUT = {headers}
OUTPUT_DIRECTORY = {folder}
GENERATE_HTML = NO
GENERATE_LATEX = NO
GENERATE_XML = YES
XML_PROGRAMLISTING = NO
QUIET = YES
EXTRACT_ALL = NO
JAVADOC_AUTOBRIEF = YES
DISTRIBUTE_GROUP_DOC = YES
MACRO_EXPANSION = YES
EXPAND_ONLY_PREDEF = YES
PREDEFINED = LINNET_API= LINNET_LOCAL=
WARN_IF_UNDOCUMENTED = YES
"""


def complaints(headers, folder):
    """What is wrong with the comments of these headers, a line each."""
    names = " ".join(f'"{pathlib.Path(header).resolve()}"' for header in headers)
    done = subprocess.run(
        ["doxygen", "-"],
        input=OPTIONS.format(headers=names, folder=folder),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    yield from sorted(set(done.stderr.splitlines()))
    if done.returncode != 0:
        yield f"doxygen ended with exit code {done.returncode}"
    for file in sorted(pathlib.Path(folder, "xml").glob("*.xml")):
        for enum in xml.etree.ElementTree.parse(file).iter("memberdef"):
            at = enum.find("location")
            for value in enum.findall("enumvalue"):
                if not "".join(value.find("briefdescription").itertext()).strip():
                    name = value.findtext("name")
                    yield f"{at.get('file')}:{at.get('line')}: enumerator {name} is not documented"


def main():
    headers = sys.argv[1:] or sorted((ROOT / "include/linnet").glob("*.h"))
    with tempfile.TemporaryDirectory() as folder:
        found = list(complaints(headers, folder))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
