# Does what a user does: installs Selvage, has `selvage new` write projects, types the commands that it prints, with
# both compilers. Then the installed command runs a program of this tree.
#
# BUILD_DIR is installed into WORK_DIR, where the projects are made too; PROGRAM is the program; LAUNCHER is ccache or
# nothing.
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${WORK_DIR} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# Runs a command that is to fail; what it says goes to `output`.
function(run_failing output)
  execute_process(
    COMMAND ${ARGN} WORKING_DIRECTORY ${WORK_DIR} COMMAND_ECHO STDOUT
    RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text ECHO_OUTPUT_VARIABLE ECHO_ERROR_VARIABLE
  )
  if(status EQUAL 0)
    message(FATAL_ERROR "It should have failed: ${ARGN}")
  endif()
  set(${output} "${text}" PARENT_SCOPE)
endfunction()

# `COMMAND new PATH`; the commands that it prints go to `next`, joined with &&.
function(new_project next command path)
  execute_process(
    COMMAND ${command} new ${path}
    WORKING_DIRECTORY ${WORK_DIR} OUTPUT_VARIABLE text ECHO_OUTPUT_VARIABLE COMMAND_ERROR_IS_FATAL ANY
  )
  string(REGEX MATCHALL "\n    [^\n]+" lines "${text}")
  list(TRANSFORM lines STRIP)
  list(JOIN lines " && " commands)
  set(${next} "${commands}" PARENT_SCOPE)
endfunction()

# The build has the tests that the template has, no more and no fewer. More arguments choose among them, as for ctest.
function(expect_tests build name)
  execute_process(
    COMMAND ${CMAKE_CTEST_COMMAND} --test-dir ${build} -N ${ARGN}
    WORKING_DIRECTORY ${WORK_DIR} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY
  )
  set(expected
      "${name}_test.TransfersWithALock.PayWhatWasTaken" "${name}_test.TransfersWithoutALock.AreADataRace"
      "${name}_test.TransfersWithoutALock.CanPayTwiceWhatWasTakenOnce"
  )
  string(REGEX MATCHALL "Test +#[0-9]+: [^\n]+" tests "${text}")
  list(TRANSFORM tests REPLACE "Test +#[0-9]+: " "")
  list(SORT tests)
  if(NOT tests STREQUAL expected)
    message(FATAL_ERROR "${build} has the tests ${tests}, not ${expected}")
  endif()
endfunction()

# Puts `new` in the place of `old` in a file.
function(edit file old new)
  file(READ "${file}" text)
  string(REPLACE "${old}" "${new}" changed "${text}")
  if(changed STREQUAL text)
    message(FATAL_ERROR "${file} does not contain '${old}'")
  endif()
  file(WRITE "${file}" "${changed}")
endfunction()

file(REMOVE_RECURSE ${WORK_DIR})
file(MAKE_DIRECTORY ${WORK_DIR}/tools "${WORK_DIR}/two words")
run(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${WORK_DIR}/prefix)

# Nothing of this build's own may help. The preset `clang` asks for clang++, Debian's clang-14 is clang++-14.
foreach(variable IN ITEMS CMAKE_PREFIX_PATH CMAKE_GENERATOR CXXFLAGS LDFLAGS selvage_DIR selvage_ROOT)
  unset(ENV{${variable}})
endforeach()
set(ENV{CMAKE_CXX_COMPILER_LAUNCHER} "${LAUNCHER}")
find_program(clang NAMES clang++ clang++-14 REQUIRED)
file(CREATE_LINK ${clang} ${WORK_DIR}/tools/clang++ SYMBOLIC)
set(ENV{PATH} "$ENV{PATH}:${WORK_DIR}/tools")

# A project as it comes, from the installed command.
new_project(next ${WORK_DIR}/prefix/bin/selvage accounts)
foreach(preset IN ITEMS gcc clang)
  string(REPLACE "--preset gcc" "--preset ${preset}" commands "${next}")
  run(sh -c "${commands}")
  expect_tests(accounts/build/${preset} accounts)
endforeach()

# A project whose fixed form has lost its lock, from the build tree's command, found in PATH. It leaves GTest to the
# package to find, and has two labels.
set(name c++-audit_1.2)
set(project "${WORK_DIR}/two words/${name}")
set(ENV{PATH} "${BUILD_DIR}/bin:$ENV{PATH}")
new_project(next selvage "two words/${name}")
if(next MATCHES "CMAKE_PREFIX_PATH")
  message(FATAL_ERROR "CMake finds a package beside a command in PATH by itself")
endif()
edit("${project}/fixed.hpp" "amount) {\n    const std::lock_guard lock(mutex_);\n" "amount) {\n")
edit("${project}/CMakeLists.txt" "find_package(GTest REQUIRED)\n" "")
edit("${project}/CMakeLists.txt" "transfer_test.cpp)" "transfer_test.cpp LABELS money threads)")
foreach(preset IN ITEMS gcc clang)
  string(REPLACE "--preset gcc" "--preset ${preset}" commands "${next}")
  set(build "${project}/build/${preset}")
  run_failing(output sh -c "${commands}")
  # As README.md of the template shows it.
  if(NOT output MATCHES "data-race: data race on bank[.]alice_: write by T1 and read by T0")
    message(FATAL_ERROR "the lock is gone, and the data race is not reported")
  endif()
  foreach(label IN ITEMS money threads)
    expect_tests("${build}" ${name} -L "^${label}$")
  endforeach()
  run_failing(output ${CMAKE_CTEST_COMMAND} --test-dir "${build}" --no-tests=ignore -R TransfersWithALock)
  run(${CMAKE_CTEST_COMMAND} --test-dir "${build}" --no-tests=error -R TransfersWithoutALock)
endforeach()

run(${WORK_DIR}/prefix/bin/selvage --version)
run(${WORK_DIR}/prefix/bin/selvage run ${PROGRAM} 2)
