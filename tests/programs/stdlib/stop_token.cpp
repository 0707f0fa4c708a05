// jthread stops and joins by itself; stop_callback; the callback runs once, in whoever asks for the stop.
// expect: proved
// expect BUG: data-race
#include <atomic>
#include <cassert>
#include <stop_token>
#include <thread>

int main() {
#ifdef BUG
  int calls = 0;
#else
  std::atomic<int> calls = 0;
#endif
  bool asked = false;
  {
    std::stop_source source;
    std::jthread listener([&](std::stop_token own) {
      std::stop_callback on_stop(source.get_token(), [&] { ++calls; });
      if (calls != 0) asked = own.stop_requested();
    });
    source.request_stop();
  }
  assert(calls <= 1);
  return asked && calls == 0;
}
