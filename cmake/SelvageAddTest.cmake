# selvage_add_test(NAME name SOURCES file... [LIBRARIES target...] [LABELS label...] [TIMEOUT seconds])
#
# A GoogleTest executable whose code Selvage can explore, registered with ctest test by test as
# `name.Suite.Test`. The executable is the target `name`.
#
# The sources are compiled with -fsanitize=thread but linked with libselvage in place of the compiler's
# ThreadSanitizer runtime. libselvage is the first library of the link, before the C and C++ libraries, so
# that its pthread functions are the ones the program calls.
#
# Libraries of your own that it links need selvage_instrument(target); without it there is a warning, unless their property
# SELVAGE_UNINSTRUMENTED says that it is on purpose.
#
# This file is part of the installed package: it must not depend on the rest of the source tree.

include_guard(GLOBAL)
include(CheckCXXCompilerFlag)
include(GoogleTest)

# The options that turn on ThreadSanitizer's instrumentation, as a list in `variable`.
#
# Left to itself, GCC puts code of its own in place of memcpy(), sprintf() and their like where it knows sizes, and instruments
# none of it: a race of two such calls is not found.
#
# Both compilers leave out accesses; a plugin for each adds them (checker/gcc_plugin, checker/clang_plugin).
function(selvage_instrumentation_options variable)
  set(options -fsanitize=thread)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    list(APPEND options -fno-builtin)
    if(SELVAGE_GCC_PLUGIN AND CMAKE_CXX_COMPILER_VERSION VERSION_EQUAL SELVAGE_GCC_PLUGIN_VERSION)
      list(APPEND options -fplugin=${SELVAGE_GCC_PLUGIN})
    else()
      message(WARNING "this g++ is not the one that Selvage's plugin is for: races of what is passed by value are not found")
    endif()
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    string(REGEX MATCH "^[0-9]+" major "${CMAKE_CXX_COMPILER_VERSION}")
    # Vectors of structs that are loaded for one member of each would look as if the others were read.
    list(APPEND options "SHELL:-mllvm -enable-interleaved-mem-accesses=false")
    if(SELVAGE_CLANG_PLUGIN AND major STREQUAL SELVAGE_CLANG_PLUGIN_VERSION)
      # The former is for ccache, which then looks at what is in it.
      list(APPEND options -fplugin=${SELVAGE_CLANG_PLUGIN} -fpass-plugin=${SELVAGE_CLANG_PLUGIN})
    else()
      message(WARNING "this clang++ is not the one that Selvage's plugin is for: some races are not found, nor all outcomes of ++counter")
    endif()
  endif()
  set(${variable} ${options} PARENT_SCOPE)
endfunction()

# In Selvage's own tree: what is compiled with these options needs the plugin to be there, and is compiled again when it changes.
function(selvage_needs_plugin target)
  if(TARGET selvage_call_operands AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_dependencies(${target} selvage_call_operands)
    set(plugin ${SELVAGE_GCC_PLUGIN})
  elseif(TARGET selvage_unseen_accesses AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    add_dependencies(${target} selvage_unseen_accesses)
    set(plugin ${SELVAGE_CLANG_PLUGIN})
  else()
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  set_property(SOURCE ${sources} TARGET_DIRECTORY ${target} APPEND PROPERTY OBJECT_DEPENDS ${plugin})
endfunction()

# The options that code to be explored is compiled with, as a list in `variable`.
#
# -Og -fno-inline      the optimiser must not fold a loop of increments into one addition before the
#                      instrumentation sees it, and reports can name the functions of the source
# ...auto-var-init     no stale values in dead stack slots: equal states look equal
# -include ...         std::string's functions are instantiated, and so instrumented, in the program
# ...func-entry-exit   call stacks are read from the stacks themselves, when there is something to tell
# -fno-optimize-sib... so that every caller is there to be read
# -UNDEBUG             a failing assert is a verdict; optimised builds define NDEBUG
function(selvage_compile_options variable)
  set(options -g -Og -fno-inline -fno-omit-frame-pointer -fno-optimize-sibling-calls
              "SHELL:-include selvage/instrumented_strings.hpp" -UNDEBUG)
  selvage_instrumentation_options(instrumentation)
  list(APPEND options ${instrumentation})
  set(zero -ftrivial-auto-var-init=zero)
  set(enable_zero -enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang)
  check_cxx_compiler_flag("${zero}" SELVAGE_HAVE_ZERO_INIT)
  if(SELVAGE_HAVE_ZERO_INIT)
    list(APPEND options ${zero})
  else()
    # clang before 16 wants to be asked twice.
    check_cxx_compiler_flag("${zero} ${enable_zero}" SELVAGE_HAVE_ZERO_INIT_WHEN_ASKED_TWICE)
    if(SELVAGE_HAVE_ZERO_INIT_WHEN_ASKED_TWICE)
      list(APPEND options ${zero} ${enable_zero})
    endif()
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC warns that its own runtime does not know atomic_thread_fence. Selvage does.
    list(APPEND options -Wno-tsan --param=tsan-instrument-func-entry-exit=0)
  else()
    list(APPEND options "SHELL:-mllvm -tsan-instrument-func-entry-exit=0")
  endif()
  set(${variable} ${options} PARENT_SCOPE)
endfunction()

# selvage_instrument(target)
#
# Compiles a library of your own so that tests see what it does, access by access.
function(selvage_instrument target)
  selvage_compile_options(options)
  target_compile_options(${target} PRIVATE ${options})
  selvage_needs_plugin(${target})
  target_link_libraries(${target} PRIVATE selvage::selvage)
endfunction()

# Warns of libraries made here that `test` links and would not see into: a race in them is not found.
function(selvage_check_libraries test)
  get_target_property(libraries ${test} LINK_LIBRARIES)
  foreach(library IN LISTS libraries)
    if(NOT TARGET ${library})
      continue()
    endif()
    get_target_property(imported ${library} IMPORTED)
    get_target_property(type ${library} TYPE)
    get_target_property(options ${library} COMPILE_OPTIONS)
    get_target_property(on_purpose ${library} SELVAGE_UNINSTRUMENTED)
    if(NOT imported AND NOT on_purpose AND NOT type STREQUAL "INTERFACE_LIBRARY" AND NOT "${options}" MATCHES "-fsanitize=thread"
       AND NOT library MATCHES "^selvage(::|$)")
      message(WARNING "${library} is not compiled with -fsanitize=thread: what it accesses is not seen in ${test}, and a race "
                      "there is not found. selvage_instrument(${library}) compiles it so; where nothing in it is shared, set its "
                      "property SELVAGE_UNINSTRUMENTED.")
    endif()
  endforeach()
endfunction()

function(selvage_add_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;TIMEOUT" "SOURCES;LIBRARIES;LABELS")
  if(NOT arg_NAME OR NOT arg_SOURCES)
    message(FATAL_ERROR "selvage_add_test: NAME and SOURCES are needed")
  endif()
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "selvage_add_test: ${arg_UNPARSED_ARGUMENTS} not understood")
  endif()
  if(NOT TARGET GTest::gmock OR NOT TARGET GTest::gtest_main)
    message(FATAL_ERROR "selvage_add_test: find_package(GTest) must come first, with gmock")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()

  add_executable(${arg_NAME} ${arg_SOURCES})
  selvage_compile_options(options)
  target_compile_features(${arg_NAME} PRIVATE cxx_std_20)
  target_compile_options(${arg_NAME} PRIVATE ${options})
  selvage_needs_plugin(${arg_NAME})
  target_link_libraries(${arg_NAME} PRIVATE selvage::selvage ${arg_LIBRARIES} GTest::gmock GTest::gtest_main)

  # When all that the directory links to it is known.
  cmake_language(EVAL CODE "cmake_language(DEFER CALL selvage_check_libraries [[${arg_NAME}]])")

  # Discovery runs the executable: at ctest's start, so that a failure there is not a failure to build.
  gtest_discover_tests(
    ${arg_NAME}
    TEST_PREFIX ${arg_NAME}.
    TEST_LIST ${arg_NAME}_discovered
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT ${arg_TIMEOUT}
  )
  # Of a list of labels gtest_discover_tests keeps only the first. An executable that was not built is one
  # failing test; that needs the labels too.
  if(arg_LABELS)
    set(script ${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME}_labels.cmake)
    file(
      WRITE ${script}
      "if(NOT DEFINED ${arg_NAME}_discovered)\n"
      "  set(${arg_NAME}_discovered ${arg_NAME}_NOT_BUILT)\n"
      "endif()\n"
      "set_tests_properties(\${${arg_NAME}_discovered} PROPERTIES LABELS \"${arg_LABELS}\")\n"
    )
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${script})
  endif()
endfunction()
