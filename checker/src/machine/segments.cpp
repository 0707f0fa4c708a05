#include "machine/segments.hpp"

#include <elf.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "machine/fatal.hpp"
#include "machine/raw_syscall.hpp"

extern "C" __attribute__((visibility("hidden"))) const char __ehdr_start[];  // our own ELF header

namespace selvage::machine {

namespace {

struct Search {
  std::vector<Segments::Range>* ranges;
  std::vector<Segments::Range>* bound;
  std::vector<std::uint64_t>* ends;
  std::uint64_t executable_bytes;
  Segments::Range executable;
};

/// What brk gave libc's malloc: from the program's break when it began to that of now.
Segments::Range find_heap() {
  // Not /proc/self/maps, which takes the kernel longer than a small exploration takes.
  std::FILE* stat = std::fopen("/proc/self/stat", "re");
  if (stat == nullptr) return {0, 0};
  char line[1024];
  const bool read = std::fgets(line, sizeof line, stat) != nullptr;
  std::fclose(stat);
  // Fields are counted from 1; the second, the program's name, may contain anything.
  const char* field = read ? std::strrchr(line, ')') : nullptr;
  constexpr int kStartBreak = 47;
  for (int i = 2; i < kStartBreak && field != nullptr; ++i) field = std::strchr(field + 1, ' ');
  if (field == nullptr) return {0, 0};
  const std::uint64_t low = std::strtoull(field, nullptr, 10) & ~4095ULL;
  const std::uint64_t high = (reinterpret_cast<std::uint64_t>(sbrk(0)) + 4095) & ~4095ULL;
  return {low, high};
}

int visit_object(dl_phdr_info* info, std::size_t, void* data) {
  auto* search = static_cast<Search*>(data);
  const char* name = info->dlpi_name == nullptr ? "" : info->dlpi_name;
  if (info->dlpi_addr == reinterpret_cast<std::uint64_t>(__ehdr_start)) return 0;
  if (std::strstr(name, "ld-linux") != nullptr || std::strstr(name, "vdso") != nullptr) return 0;
  std::uint64_t relro_low = 0, relro_high = 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& p = info->dlpi_phdr[i];
    if (p.p_type == PT_GNU_RELRO) {
      relro_low = info->dlpi_addr + p.p_vaddr;
      relro_high = (relro_low + p.p_memsz) & ~4095ULL;  // as ld.so protects it: whole pages only
    }
  }
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& p = info->dlpi_phdr[i];
    if (p.p_type != PT_DYNAMIC) continue;
    std::uint64_t got = 0, bytes = 0;
    for (const auto* d = reinterpret_cast<const ElfW(Dyn)*>(info->dlpi_addr + p.p_vaddr); d->d_tag != DT_NULL;
         ++d) {
      if (d->d_tag == DT_PLTGOT) got = d->d_un.d_ptr;  // ld.so has added the load address already
      if (d->d_tag == DT_PLTRELSZ) bytes = d->d_un.d_val;
    }
    if (got != 0 && got < info->dlpi_addr) got += info->dlpi_addr;
    if (got != 0 && bytes != 0) search->bound->push_back({got, got + 8 * (3 + bytes / sizeof(ElfW(Rela)))});
  }
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& p = info->dlpi_phdr[i];
    if (p.p_type != PT_LOAD || (p.p_flags & PF_W) == 0) continue;
    std::uint64_t low = (info->dlpi_addr + p.p_vaddr) & ~4095ULL;
    const std::uint64_t high = (info->dlpi_addr + p.p_vaddr + p.p_memsz + 4095) & ~4095ULL;
    if (relro_high > low && relro_low <= low + 4095) low = relro_high;
    if (low >= high) continue;
    search->ranges->push_back({low, high});
    search->ends->push_back(info->dlpi_addr + p.p_vaddr + p.p_memsz);
    if (name[0] == 0) {
      search->executable_bytes += high - low;
      search->executable = {low, high};
    }
  }
  return 0;
}

}  // namespace

void Segments::protect() {
  ranges_.clear();
  pages_.clear();
  ranges_.reserve(64);
  bound_.reserve(64);
  pages_.reserve(4096);
  ends_.reserve(64);
  Search search{&ranges_, &bound_, &ends_, 0, {0, 0}};
  dl_iterate_phdr(visit_object, &search);
  program_ = search.executable;
  heap_ = find_heap();
  if (heap_.low < heap_.high) ranges_.push_back(heap_);
  for (const Range& r : ranges_) {
    raw_syscall(SYS_mprotect, static_cast<long>(r.low), static_cast<long>(r.high - r.low), PROT_READ);
  }
  // A small program's own data is simply always copied: no fault, and the kernel may write there too.
  constexpr std::uint64_t kSmall = 4 * kPage;
  if (search.executable_bytes <= kSmall) {
    for (std::uint64_t page = search.executable.low; page < search.executable.high; page += kPage) note(page);
  }
}

void Segments::note(std::uint64_t page) {
  const long saved = raw_syscall(SYS_mmap, 0, static_cast<long>(kPage), PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (saved < 0) fatal("out of memory for saved data pages");
  auto* copy = reinterpret_cast<unsigned char*>(saved);
  std::memcpy(copy, reinterpret_cast<void*>(page), kPage);
  raw_syscall(SYS_mprotect, static_cast<long>(page), static_cast<long>(kPage), PROT_READ | PROT_WRITE);
  if (pages_.size() == pages_.capacity()) fatal("the program writes too many data pages (over 16 MiB)");
  Page entry{page, copy, 0, 0, page - program_.low < program_.high - program_.low, kPage};
  // The heap may begin right behind the variables.
  const bool heap = page - heap_.low < heap_.high - heap_.low;
  for (const std::uint64_t end : ends_) {
    if (!heap && end - page < kPage) entry.end = static_cast<std::uint16_t>((end - page + 7) & ~7ULL);
  }
  for (const Range& r : bound_) {
    if (r.low >= page + kPage || r.high <= page) continue;
    entry.bound_low = static_cast<std::uint16_t>(r.low > page ? r.low - page : 0);
    entry.bound_high = static_cast<std::uint16_t>(r.high < page + kPage ? r.high - page : kPage);
  }
  pages_.push_back(entry);
}

bool Segments::contains(std::uint64_t address) const {
  for (const Range& r : ranges_) {
    if (address - r.low < r.high - r.low) return true;
  }
  return false;
}

bool Segments::on_write_fault(std::uint64_t address) {
  if (!contains(address)) return false;
  const std::uint64_t page = address & ~(kPage - 1);
  for (const Page& p : pages_) {
    if (p.address == page) return false;  // writable already: a genuine fault
  }
  note(page);
  return true;
}

void Segments::restore() {
  for (const Page& p : pages_) {
    auto* page = reinterpret_cast<unsigned char*>(p.address);
    std::memcpy(page, p.saved, p.bound_low);
    std::memcpy(page + p.bound_high, p.saved + p.bound_high, kPage - p.bound_high);
  }
}

void Segments::adopt() {
  for (const Page& p : pages_) std::memcpy(p.saved, reinterpret_cast<void*>(p.address), kPage);
}

void Segments::release() {
  for (const Range& r : ranges_) {
    raw_syscall(SYS_mprotect, static_cast<long>(r.low), static_cast<long>(r.high - r.low),
                PROT_READ | PROT_WRITE);
  }
  ranges_.clear();
  pages_.clear();
  heap_ = {0, 0};
}

}  // namespace selvage::machine
