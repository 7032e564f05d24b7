"""tools/check_isa_objects.sh and tools/check_exports.sh on small objects that keep and break their rules."""

import os
import pathlib
import subprocess
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
CXX = os.environ.get("CXX", "c++")

TABLE = "namespace linnet { namespace { int f(int x) { return x; } } struct T { int (*f)(int); }; "
GOOD_UNIT = TABLE + "extern const T table; const T table{&f}; }"
PUBLIC = '#define API __attribute__((visibility("default")))\n'
GOOD_LIBRARY = PUBLIC + "namespace linnet { struct API Model { virtual ~Model(); }; Model::~Model() {} }"


SOCKET_USER = '\nextern "C" int socket(int, int, int); int s() { return socket(1, 2, 3); }'


class CheckSymbols(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def compile(self, text, output, *flags):
        source = self.folder / "source.cc"
        source.write_text(text)
        output.parent.mkdir(parents=True, exist_ok=True)
        flags = ["-O2", "-fPIC", "-fvisibility=hidden", *flags]
        subprocess.run([CXX, "-std=c++20", *flags, source, "-o", output], check=True)

    def check_unit(self, text):
        self.compile(text, self.folder / "build/CMakeFiles/linnet_objects.dir/src/kernels/x/a.cc.o", "-c")
        command = [TOOLS / "check_isa_objects.sh", self.folder / "build"]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def check_libraries(self, text):
        shared, static = self.folder / "l.so", self.folder / "l.a"
        self.compile(text, shared, "-shared")
        self.compile(text, self.folder / "l.o", "-c")
        subprocess.run(["ar", "rcs", static, self.folder / "l.o"], check=True)
        command = [TOOLS / "check_exports.sh", shared, static]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_one_table_an_object(self):
        result = self.check_unit(GOOD_UNIT)
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_what_an_object_may_not_define(self):
        for name, text in (
            ("a function", GOOD_UNIT + "int g() { return 1; }"),
            (
                "a shared inline function",
                GOOD_UNIT + "inline int g(int n) { static int m; return m += n; }" "auto p = &g;",
            ),
            ("a second table", GOOD_UNIT + "namespace linnet { extern const T b; const T b{nullptr}; }"),
            ("only a function", "int f() { return 1; }"),
        ):
            with self.subTest(name):
                self.assertEqual(self.check_unit(text).returncode, 1)

    def test_no_object_proves_nothing(self):
        command = [TOOLS / "check_isa_objects.sh", self.folder]
        self.assertEqual(subprocess.run(command, capture_output=True, check=False).returncode, 1)

    def test_public_names_only(self):
        result = self.check_libraries(GOOD_LIBRARY)
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_what_a_library_may_not_export_or_use(self):
        for words, text in (
            ("no public name", PUBLIC + GOOD_LIBRARY + "API int helper() { return 1; }"),
            (
                "no public name",
                PUBLIC + GOOD_LIBRARY + "namespace linnet::gguf { API int f() { return 1; } }",
            ),
            ("uses sockets: socket", GOOD_LIBRARY + SOCKET_USER),
            ("exports nothing", "int f() { return 1; }"),
        ):
            with self.subTest(text):
                result = self.check_libraries(text)
                self.assertEqual(result.returncode, 1)
                self.assertIn(words, result.stderr)


if __name__ == "__main__":
    unittest.main()
