# Install rules: the library, its headers and its CMake package.
