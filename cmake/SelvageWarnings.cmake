# selvage_warnings(TARGET...): the warnings that our own code is compiled with, as errors unless
# SELVAGE_WERROR is off. Call it for every target that we wrote the sources of.
function(selvage_warnings)
  foreach(target IN LISTS ARGN)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow)
    if(SELVAGE_WERROR)
      target_compile_options(${target} PRIVATE -Werror)
    endif()
  endforeach()
endfunction()
