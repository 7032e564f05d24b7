"""linnet's dependencies for Conan 2: `conan install . --build=missing`, then CMake with the toolchain it writes."""

from conan import ConanFile
from conan.tools.cmake import CMake, cmake_layout


class Linnet(ConanFile):
    name = "linnet"
    version = "0.1.0"
    license = "Apache-2.0"
    description = "Small language models on the CPU, inside your program"
    settings = "os", "compiler", "build_type", "arch"
    options = {"tools": [True, False], "tests": [True, False], "benchmarks": [True, False]}
    default_options = {"tools": True, "tests": False, "benchmarks": False}
    generators = "CMakeDeps", "PkgConfigDeps", "CMakeToolchain"
    exports_sources = "CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "src/*", "models/*"

    def requirements(self):
        self.requires("fmt/[>=9]")
        self.requires("nlohmann_json/[>=3.11]")
        self.requires("pcre2/[>=10.40]")
        self.requires("utf8proc/[>=2.8]")
        if self.options.tools:
            self.requires("cli11/[>=2.1]")
            self.requires("editline/[>=3.1]")

    def build_requirements(self):
        self.tool_requires("pkgconf/[>=1.9]")
        if self.options.tests:
            self.test_requires("gtest/[>=1.12]")
        if self.options.benchmarks:
            self.test_requires("benchmark/[>=1.7]")

    def layout(self):
        cmake_layout(self)

    def build(self):
        cmake = CMake(self)
        cmake.configure(
            variables={
                "LINNET_BUILD_TOOLS": self.options.tools,
                "LINNET_BUILD_TESTS": self.options.tests,
                "LINNET_BUILD_BENCHMARKS": self.options.benchmarks,
                "LINNET_BUILD_EXAMPLES": False,
            }
        )
        cmake.build()

    def package(self):
        CMake(self).install()

    def package_info(self):
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = ["lib/cmake/linnet"]
