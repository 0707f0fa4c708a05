#!/usr/bin/env python3
"""A test that links a library of the same project: a race inside it is found where selvage_instrument() compiles it, and where nothing does CMake warns.
And a test of which nothing is instrumented is told so, in place of a proof."""
import argparse
import pathlib
import shutil
import subprocess
import sys

PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(project CXX)
enable_testing()
find_package(GTest REQUIRED)
find_package(selvage REQUIRED)
add_library(counter STATIC counter.cpp)
if(HOW STREQUAL "instrumented")
  selvage_instrument(counter)
elseif(HOW STREQUAL "on_purpose")
  set_target_properties(counter PROPERTIES SELVAGE_UNINSTRUMENTED ON)
endif()
selvage_add_test(NAME races SOURCES races.cpp)
target_link_libraries(races PRIVATE counter)
add_executable(bare races.cpp counter.cpp)
target_compile_features(bare PRIVATE cxx_std_20)
target_link_libraries(bare PRIVATE selvage::selvage GTest::gmock GTest::gtest_main)
"""
COUNTER = "int counter = 0; void increment() { ++counter; }\n"
RACES = """
#include <gtest/gtest.h>
#include <selvage/gtest.hpp>
#include <thread>
void increment();
extern int counter;
TEST(Counter, Races) {
  EXPECT_THAT(selvage::explore([] {
    counter = 0;
    std::thread other(increment);
    increment();
    other.join();
  }), selvage::FindsDataRace());
}
"""


def run(*command):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, " ".join(done.stdout.split())


def expect(condition, message):
    if not condition:
        sys.exit(f"libraries.py: {message}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--selvage", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--compiler", required=True)
    arguments = parser.parse_args()
    work = arguments.work.resolve() / "libraries"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    for name, text in ("CMakeLists.txt", PROJECT), ("counter.cpp", COUNTER), ("races.cpp", RACES):
        (work / name).write_text(text, encoding="utf-8")
    for how in "as_it_is", "on_purpose", "instrumented":
        build = work / how
        status, said = run("cmake", "-G", "Ninja", "-S", work, "-B", build, f"-DHOW={how}", f"-DCMAKE_CXX_COMPILER={arguments.compiler}",
                           f"-DCMAKE_PREFIX_PATH={arguments.selvage.resolve().parent.parent}")
        expect(status == 0, said)
        warned = "counter is not compiled with -fsanitize=thread" in said and "selvage_instrument(counter)" in said
        expect(warned == (how == "as_it_is"), f"{how}: warned {warned}: {said}")
    status, said = run("cmake", "--build", work / "instrumented")
    expect(status == 0, said)
    status, said = run(work / "instrumented" / "races")
    expect(status == 0, f"the race in the library is not found: {said}")
    status, said = run(work / "instrumented" / "bare")
    expect(status == 1 and "none of this program was compiled with -fsanitize=thread" in said, f"nothing instrumented: {status} {said}")


if __name__ == "__main__":
    main()
