// What the C++ library remembers of characters is no race of the program's, though its inline part is compiled into it.
// expect: proved
#include <locale>
#include <string>
#include <thread>

int main() {
  const auto& characters = std::use_facet<std::ctype<char>>(std::locale::classic());
  const auto narrowed = [&] {
    std::string all;
    for (const char c : std::string("aZ0 .*[\\")) all += characters.narrow(characters.widen(c), ' ');
    std::string copy = all;
    characters.narrow(all.data(), all.data() + all.size(), ' ', copy.data());
    return copy == "aZ0 .*[\\";
  };
  bool right = false;
  std::thread t([&] { right = narrowed(); });
  const bool here = narrowed();
  t.join();
  return right && here ? 0 : 1;
}
