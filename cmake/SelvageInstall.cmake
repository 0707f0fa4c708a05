# `cmake --install`: the library, the command, the stand-ins and the CMake package.
#
#   bin/selvage
#   include/selvage/*.hpp
#   lib/libselvage.so
#   lib/selvage/libtsan.so.2, lib/selvage/libclang_rt.tsan-x86_64.so
#   lib/cmake/selvage/
#   share/selvage/template/

if(NOT TARGET selvage OR SELVAGE_ASAN)
  return()
endif()

include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/selvage)

install(TARGETS selvage EXPORT selvageTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/checker/include/selvage DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
if(TARGET selvage_cli)
  install(TARGETS selvage_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
foreach(stand_in IN ITEMS tsan_standin clang_tsan_standin)
  if(TARGET ${stand_in})
    install(TARGETS ${stand_in} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/selvage)
  endif()
endforeach()

if(TARGET selvage_call_operands)
  install(PROGRAMS ${SELVAGE_GCC_PLUGIN} DESTINATION ${CMAKE_INSTALL_LIBDIR}/selvage)
endif()
if(TARGET selvage_unseen_accesses)
  install(PROGRAMS ${SELVAGE_CLANG_PLUGIN} DESTINATION ${CMAKE_INSTALL_LIBDIR}/selvage)
endif()

# What a build within the template leaves there is not part of it.
install(
  DIRECTORY ${PROJECT_SOURCE_DIR}/template
  DESTINATION ${CMAKE_INSTALL_DATADIR}/selvage
  PATTERN build EXCLUDE
)

# The package lies in the build tree as it will be installed, so that it can be used from there too.
set(package_in_tree ${CMAKE_BINARY_DIR}/${package_dir})
export(EXPORT selvageTargets NAMESPACE selvage:: FILE ${package_in_tree}/selvageTargets.cmake)
install(EXPORT selvageTargets NAMESPACE selvage:: DESTINATION ${package_dir})
# Build trees made before the package moved still have this, and find_package would come to it first.
file(REMOVE ${PROJECT_BINARY_DIR}/selvageConfig.cmake)
configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/selvageConfig.cmake.in ${package_in_tree}/selvageConfig.cmake
  INSTALL_DESTINATION ${package_dir}
)
write_basic_package_version_file(${package_in_tree}/selvageConfigVersion.cmake COMPATIBILITY SameMinorVersion)
configure_file(${PROJECT_SOURCE_DIR}/cmake/SelvageAddTest.cmake ${package_in_tree} COPYONLY)
install(
  FILES ${package_in_tree}/selvageConfig.cmake ${package_in_tree}/selvageConfigVersion.cmake
        ${package_in_tree}/SelvageAddTest.cmake
  DESTINATION ${package_dir}
)

if(SELVAGE_TESTS AND TARGET selvage_cli AND TARGET two-threads.fixed.tsan)
  set(program two-threads.fixed.tsan)
  if(TARGET two-threads.fixed.selvage)
    set(program two-threads.fixed.selvage)
  endif()
  add_test(
    NAME template
    COMMAND
      ${CMAKE_COMMAND} -DBUILD_DIR=${PROJECT_BINARY_DIR} -DWORK_DIR=${PROJECT_BINARY_DIR}/template_test
      -DPROGRAM=$<TARGET_FILE:${program}> "-DLAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER}"
      -P ${PROJECT_SOURCE_DIR}/cmake/template_test/run.cmake
  )
  set_tests_properties(template PROPERTIES LABELS unit TIMEOUT 1200)
endif()
