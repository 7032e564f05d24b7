# Headers, libraries, CMake package, pkg-config file. (Filled in by the packaging work.)
