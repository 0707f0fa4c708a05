# What can be chosen, and what holds for every target of the tree.

option(SELVAGE_TESTS "Build the cases, the tests and the benchmarks" ${PROJECT_IS_TOP_LEVEL})
option(SELVAGE_WERROR "Warnings in our own code are errors" ${PROJECT_IS_TOP_LEVEL})
option(SELVAGE_ASAN "Build the checker's unit tests with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# The command looks for the libraries it puts before a program in ../lib/selvage, so the build tree and an
# installed tree have the same shape.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
set(CMAKE_INSTALL_LIBDIR lib CACHE PATH "Libraries, relative to the prefix")
include(GNUInstallDirs)
set(CMAKE_INSTALL_RPATH "$ORIGIN;$ORIGIN/..;$ORIGIN/../lib")

find_program(SELVAGE_CCACHE ccache)
mark_as_advanced(SELVAGE_CCACHE)
if(SELVAGE_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${SELVAGE_CCACHE})
endif()

# Ninja gives compilers no terminal, so they would print without colour.
if(CMAKE_GENERATOR STREQUAL "Ninja" AND NOT DEFINED ENV{CI})
  add_compile_options(-fdiagnostics-color=always)
endif()
