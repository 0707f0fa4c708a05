/// \file
/// Read before all else of a translation unit (-include), where Selvage compiles.
///
/// Up to C++17 libstdc++ declares that std::string's functions are in the library. That is not instrumented, so races on strings
/// would not be seen. This has them instantiated in the program, as they are from C++20 on. (The macro cannot be set on the
/// command line: <bits/c++config.h> sets it whatever it was.)
#if defined(__cplusplus) && defined(__has_include)
#if __has_include(<bits/c++config.h>)
#include <bits/c++config.h>
#undef _GLIBCXX_EXTERN_TEMPLATE
#define _GLIBCXX_EXTERN_TEMPLATE -1  // extern templates for all but std::basic_string
#endif
#endif
