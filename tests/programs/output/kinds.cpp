// Prints in one of many ways, after two threads have raced for a lock: there are several executions, and each prints
// the same. e2e/output.py has the names of the ways, and runs them natively, too.
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wchar.h>

#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace {

std::mutex m;
int count = 0;

void count_up() {
  const std::lock_guard<std::mutex> lock(m);
  ++count;
}

void in_child(const std::function<void()>& f) {
  const pid_t child = fork();
  if (child == 0) {
    f();
    std::exit(0);
  }
  waitpid(child, nullptr, 0);
}

void write_out(const char* text, std::size_t size) {
  if (write(1, text, size) < 0) std::abort();
}

const std::map<std::string, std::function<void()>> ways{
    {"printf", [] { printf("%d\n", count); }},
    {"endl", [] { std::cout << count << std::endl << "more" << std::endl; }},
    {"end", [] { std::cout << count; }},
    {"flushed", [] { printf("a"); fflush(stdout); printf("b"); fflush(stdout); fflush(nullptr); }},
    {"flushed-then-written", [] { printf("a"); fflush(stdout); write_out("b", 1); printf("c"); write_out("d", 1); }},
    {"not-flushed-then-written", [] { printf("a"); write_out("b", 1); printf("c"); }},
    {"printed-then-flushed-then-written", [] { printf("a"); fflush(stdout); printf("b"); write_out("c", 1); }},
    {"written", [] { write_out("only this", 9); }},
    {"descriptor", [] { printf("a"); dprintf(1, "b"); fflush(stdout); dprintf(1, "c"); }},
    {"long", [] { printf("%s", std::string(10000, 'x').c_str()); printf("end"); }},
    {"many", [] { for (int i = 0; i < 3000; ++i) printf("%d ", i); }},
    {"long-and-flushed", [] { printf("%s", std::string(10000, 'x').c_str()); fflush(stdout); printf("end"); }},
    {"unlocked", [] { printf("hello"); for (int i = 0; i < 4096; ++i) putchar_unlocked('a' + i % 26); }},
    {"unlocked-flushed", [] { printf("hello"); fflush(stdout); putchar_unlocked('x'); printf("y"); }},
    {"wide", [] { wprintf(L"%d wide\n", count); fflush(stdout); wprintf(L"more"); }},
    {"unbuffered", [] { setvbuf(stdout, nullptr, _IONBF, 0); printf("a\n"); write_out("b", 1); puts("c"); }},
    {"by-line", [] { setvbuf(stdout, nullptr, _IOLBF, 4096); printf("a\nb"); write_out("c", 1); printf("\nd"); }},
    {"own-buffer", [] { static char buffer[8]; setvbuf(stdout, buffer, _IOFBF, 8); printf("0123456789"); fflush(stdout); }},
    {"both", [] { printf("out"); std::cerr << "err" << std::endl; printf("more"); fprintf(stderr, "err"); }},
    {"without-sync", [] { std::ios::sync_with_stdio(false); std::cout << "a" << std::flush << "b" << std::endl; }},
    {"without-sync-flushed-at-the-end", [] { std::ios::sync_with_stdio(false); std::cout << "a\n" << count; }},
    {"forked", [] { printf("parent "); in_child([] { printf("child "); }); printf("end"); }},
    {"flushed-forked", [] { printf("parent "); fflush(stdout); in_child([] { printf("child "); }); printf("end"); }},
    {"endl-forked", [] { std::cout << "parent" << std::endl; in_child([] { std::cout << "child" << std::endl; }); }},
    {"written-forked", [] { in_child([] { write_out("child ", 6); }); printf("end"); }},
};

}  // namespace

int main(int argc, char** argv) {
  const auto way = ways.find(argc > 1 ? argv[1] : "");
  if (way == ways.end()) {
    for (const auto& w : ways) std::cout << w.first << '\n';
    return 0;
  }
  {
    std::thread t(count_up), u(count_up);
    t.join();
    u.join();
  }
  way->second();
}
