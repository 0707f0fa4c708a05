# Installs BUILD_DIR into WORK_DIR, builds the project beside this file against it with CXX, and runs its tests
# and the installed command.

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE ${WORK_DIR})
run(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${WORK_DIR}/prefix)
run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR} -B ${WORK_DIR}/build -G ${GENERATOR}
    -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_PREFIX_PATH=${WORK_DIR}/prefix)
run(${CMAKE_COMMAND} --build ${WORK_DIR}/build)
# -L: the labels that selvage_add_test was given must have arrived.
foreach(label IN ITEMS counter threads)
  run(${CMAKE_CTEST_COMMAND} --test-dir ${WORK_DIR}/build -L "^${label}$" --no-tests=error --output-on-failure)
endforeach()
run(${WORK_DIR}/prefix/bin/selvage --version)
run(${WORK_DIR}/prefix/bin/selvage run ${PROGRAM} 2)
