# The cases: one folder a scenario, one header and one small program a form, built and run in several ways.
#
# selvage_add_case(NAME case NOTEBOOK "the notebook's subject" TITLE "what it shows" [NO_RELACY "why"]
#                  [DIRECTED "Suite.Test N -> VALUE"...])
#
#   relacy.cpp         becomes CASE/relacy, all forms in Relacy's types; with NO_RELACY there is none
#   selvage_test.cpp   becomes CASE/selvage_test, the GoogleTest file that explores the forms in process
#   DIRECTED           tests of selvage_test that drive one execution by hand and record its `outcome`
#
# selvage_add_form(CASE case NAME form [RACE] [FAILS verdict...] [RIGHT "VALUES"] [TSAN silent|race|lock-order|blind]
#                  [TOLERATES hangs|crashes...] [TRIALS k] [PROOF]
#                  NATIVE "N -> VALUES" SELVAGE "N -> VALUES in K"... [RELACY "MODEL N -> FINDING|VALUES"...])
#
#   FORM.cpp           becomes CASE/FORM-native, and CASE/FORM-tsan with -fsanitize=thread
#   RACE               the form has a data race: TSan must report it, Selvage must report it and go on
#   FAILS              the violations that Selvage must report, by name (RACE: data-race is one); without
#                      any, the form must be proved
#   RIGHT              the outcomes that a user of the form would call right; an execution that ends with
#                      another one is the violation `assertion`
#   TSAN               what the real ThreadSanitizer must say; default: race with RACE, else silent. blind: it is
#                      silent, since what happens is between processes, of which it sees one
#   TOLERATES          what a run on the real machine may do as well: stay blocked for ever, or crash
#   PROOF              FORM.smt2 is proved by Z3 for every size, and each part of its invariant and each wait that
#                      it names is needed; see ci/proofs.py. That the code keeps the same invariant is for selvage_test.cpp to show.
#   NATIVE             the size that both are run with, and what every one of k trials must print
#   SELVAGE            sizes to explore to the end, exactly what the executions must print, and how many
#                      executions come to an end (with a violation too): one for each order of events that a
#                      program could tell from the others
#   RELACY             what Relacy must say about one of the models in relacy.cpp: VALUES, or a FINDING: race,
#                      deadlock, livelock, assertion, use-after-free, uninitialized
#
# VALUES is a list of numbers, ranges and words: "4", "1 2", "2..6", "0..30 by 10", "early late", or "nothing".
#
# This is the one place where a case says what is to come of it. It is written to cases/cases.json in the build
# tree; ci/cases.py runs what stands there, cell by cell for ctest, all of it for the table of ci/prove.

# The teaching cases are compiled -Og and without inlining, or the optimiser folds the loop of increments into
# one addition and the racy forms have nothing left to lose.
set(SELVAGE_CASE_OPTIONS -g -Og -fno-inline)

find_package(Python3 REQUIRED COMPONENTS Interpreter)
find_path(SELVAGE_RELACY_INCLUDE_DIR relacy/relacy.hpp REQUIRED)
mark_as_advanced(SELVAGE_RELACY_INCLUDE_DIR)
set(SELVAGE_CELLS_FILE ${PROJECT_BINARY_DIR}/cases/cases.json)

# Adds a cell to the manifest, and the test that checks it.
#   size      the N it is run with
#   expected  "race" or VALUES
#   detail    further members of the JSON object, with a leading comma, or nothing
#   command   the program and its arguments
function(selvage_add_cell name way case form size expected detail)
  list(JOIN ARGN "\", \"" command)
  set_property(
    GLOBAL APPEND PROPERTY SELVAGE_CELLS
    "  {\"name\": \"${name}\", \"case\": \"${case}\", \"form\": \"${form}\", \"way\": \"${way}\", \"size\": ${size},\n   \"expected\": \"${expected}\"${detail},\n   \"command\": [\"${command}\"]}"
  )
  add_test(NAME ${name} COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/ci/cases.py check
                                ${SELVAGE_CELLS_FILE} ${name})
  string(REGEX REPLACE "-.*" "" label ${way})
  set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT 300)
endfunction()

# Splits "LEFT -> RIGHT".
function(selvage_split_expectation text left right)
  if(NOT text MATCHES "^(.+) -> (.+)$")
    message(FATAL_ERROR "not of the form \"LEFT -> RIGHT\": ${text}")
  endif()
  set(${left} ${CMAKE_MATCH_1} PARENT_SCOPE)
  set(${right} ${CMAKE_MATCH_2} PARENT_SCOPE)
endfunction()

function(selvage_add_case)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;NOTEBOOK;TITLE;NO_RELACY" "DIRECTED")
  if(NOT arg_NAME OR NOT arg_NOTEBOOK OR NOT arg_TITLE OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "selvage_add_case: NAME, NOTEBOOK and TITLE are needed; "
                        "not understood: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  set_property(
    GLOBAL APPEND PROPERTY SELVAGE_CASES
    "  {\"name\": \"${arg_NAME}\", \"notebook\": \"${arg_NOTEBOOK}\", \"title\": \"${arg_TITLE}\",\n   \"no_relacy\": \"${arg_NO_RELACY}\"}"
  )

  if(NOT arg_NO_RELACY)
    add_executable(${arg_NAME}.relacy relacy.cpp)
    set_target_properties(
      ${arg_NAME}.relacy PROPERTIES OUTPUT_NAME relacy RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}
    )
    target_include_directories(${arg_NAME}.relacy SYSTEM PRIVATE ${SELVAGE_RELACY_INCLUDE_DIR})
    selvage_warnings(${arg_NAME}.relacy)
    # Its models are small and its templates large: they take longer to optimise than to run.
    target_compile_options(${arg_NAME}.relacy PRIVATE -O0 -g0)
  endif()

  if(TARGET selvage)
    selvage_add_test(NAME selvage.${arg_NAME} SOURCES selvage_test.cpp LIBRARIES case_proof LABELS selvage)
    target_compile_definitions(selvage.${arg_NAME} PRIVATE CASE_DIRECTORY="${CMAKE_CURRENT_SOURCE_DIR}")
    set_target_properties(
      selvage.${arg_NAME} PROPERTIES OUTPUT_NAME selvage_test RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}
    )
    selvage_warnings(selvage.${arg_NAME})
    foreach(directed IN LISTS arg_DIRECTED)
      selvage_split_expectation("${directed}" left values)
      separate_arguments(left)
      list(GET left 0 test)
      list(GET left 1 size)
      # The test itself is registered by selvage_add_test; this is for the table.
      set_property(
        GLOBAL APPEND PROPERTY SELVAGE_CELLS
        "  {\"name\": \"${test}\", \"case\": \"${arg_NAME}\", \"form\": \"racy\", \"way\": \"selvage-directed\", \"size\": ${size},\n   \"expected\": \"${values}\",\n   \"command\": [\"$<TARGET_FILE:selvage.${arg_NAME}>\", \"--gtest_filter=${test}\"]}"
      )
    endforeach()
  endif()
endfunction()

function(selvage_add_form)
  cmake_parse_arguments(
    PARSE_ARGV 0 arg "RACE;PROOF" "CASE;NAME;NATIVE;TRIALS;RIGHT;TSAN" "SELVAGE;RELACY;FAILS;TOLERATES"
  )
  if(NOT arg_CASE OR NOT arg_NAME OR NOT arg_NATIVE OR NOT arg_SELVAGE OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "selvage_add_form: CASE, NAME, NATIVE and SELVAGE are needed; "
                        "not understood: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_TRIALS)
    set(arg_TRIALS 10)
  endif()
  set(tsan silent)
  if(arg_RACE)
    set(tsan race)
    list(PREPEND arg_FAILS data-race)
  endif()
  if(arg_TSAN)
    set(tsan ${arg_TSAN})
  endif()
  list(JOIN arg_FAILS " " fails)
  list(JOIN arg_TOLERATES " " tolerates)
  set(id ${arg_CASE}.${arg_NAME})
  selvage_split_expectation("${arg_NATIVE}" full_size full_values)

  add_executable(${id}.native ${arg_NAME}.cpp)
  target_compile_options(${id}.native PRIVATE ${SELVAGE_CASE_OPTIONS})
  set(targets ${id}.native)
  selvage_add_cell(
    native.${id} native ${arg_CASE} ${arg_NAME} ${full_size} "${full_values}"
    ", \"trials\": ${arg_TRIALS}, \"tolerates\": \"${tolerates}\"" $<TARGET_FILE:${id}.native> ${full_size}
  )

  selvage_instrumentation_options(instrumentation)
  add_library(${id}.objects OBJECT ${arg_NAME}.cpp)
  target_compile_options(${id}.objects PRIVATE ${SELVAGE_CASE_OPTIONS} ${instrumentation})
  selvage_needs_plugin(${id}.objects)
  add_executable(${id}.tsan)
  target_link_libraries(${id}.tsan PRIVATE ${id}.objects)
  target_link_options(${id}.tsan PRIVATE -fsanitize=thread)
  list(APPEND targets ${id}.tsan)
  set(program ${id}.tsan)
  selvage_add_cell(
    tsan.${id} tsan ${arg_CASE} ${arg_NAME} ${full_size} "${full_values}"
    ", \"finding\": \"${tsan}\", \"tolerates\": \"${tolerates}\""
    $<TARGET_FILE:${id}.tsan> ${full_size}
  )

  foreach(relacy IN LISTS arg_RELACY)
    selvage_split_expectation("${relacy}" left values)
    separate_arguments(left)
    list(GET left 0 model)
    list(GET left 1 size)
    foreach(search IN ITEMS full random)
      selvage_add_cell(
        relacy.${arg_CASE}.${model}.N${size}.${search} relacy-${search} ${arg_CASE} ${arg_NAME} ${size} "${values}"
        ", \"model\": \"${model}\"" $<TARGET_FILE:${arg_CASE}.relacy> ${model} ${search} ${size}
      )
    endforeach()
  endforeach()

  if(arg_PROOF)
    foreach(mode IN ITEMS check weaken)
      selvage_add_cell(
        proof.${id}.${mode} proof-${mode} ${arg_CASE} ${arg_NAME} "\"all\"" "nothing" ""
        ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/ci/proofs.py ${mode} ${CMAKE_CURRENT_SOURCE_DIR}/${arg_NAME}.smt2
      )
    endforeach()
  endif()

  if(TARGET selvage_cli)
    if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      # clang put its runtime into the program above. The same objects, linked with libselvage instead.
      set(program ${id}.selvage)
      add_executable(${program})
      target_link_libraries(${program} PRIVATE ${id}.objects selvage::selvage)
      list(APPEND targets ${program})
    endif()
    set(options --races explore --json -)
    if(fails)
      list(APPEND options --keep-going)
    endif()
    foreach(selvage IN LISTS arg_SELVAGE)
      selvage_split_expectation("${selvage}" size values)
      if(NOT values MATCHES "^(.+) in ([0-9]+)$")
        message(FATAL_ERROR "not of the form \"N -> VALUES in K\": ${selvage}")
      endif()
      set(values ${CMAKE_MATCH_1})
      set(executions ${CMAKE_MATCH_2})
      selvage_add_cell(
        selvage.${id}.N${size} selvage ${arg_CASE} ${arg_NAME} ${size} "${values}"
        ", \"fails\": \"${fails}\", \"right\": \"${arg_RIGHT}\", \"source\": \"${arg_NAME}.hpp\", \"executions\": ${executions}"
        $<TARGET_FILE:selvage_cli> run ${options} $<TARGET_FILE:${program}> ${size}
      )
    endforeach()
  endif()

  selvage_warnings(${targets} ${id}.objects)
  foreach(target IN LISTS targets)
    string(REGEX REPLACE "^.*\\.(.*\\..*)$" "\\1" output ${target})
    string(REPLACE "." "-" output ${output})
    set_target_properties(
      ${target} PROPERTIES OUTPUT_NAME ${output} RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}
    )
  endforeach()
endfunction()

# Writes the manifest. To be called once, after the last form.
function(selvage_write_cases)
  get_property(cases GLOBAL PROPERTY SELVAGE_CASES)
  get_property(cells GLOBAL PROPERTY SELVAGE_CELLS)
  string(REPLACE ";" ",\n" cases "${cases}")
  string(REPLACE ";" ",\n" cells "${cells}")
  file(GENERATE OUTPUT ${SELVAGE_CELLS_FILE} CONTENT "{\n\"cases\": [\n${cases}\n],\n\"cells\": [\n${cells}\n]\n}\n")
endfunction()
