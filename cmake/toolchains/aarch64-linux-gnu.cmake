# Debian's cross compiler for 64-bit ARM; programs that the build runs, tests above all, run under qemu.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64-static)

# Debian keeps both processors' libraries in one tree, by folders.
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig)
# GCC 12 and 13 warn of a copy onto itself in "x" + std::string, which is none: gcc.gnu.org/PR105651.
set(CMAKE_CXX_FLAGS_INIT "-Wno-restrict")
