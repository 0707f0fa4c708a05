#include "machine/waiter_pool.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <string_view>
#include <vector>

#include "machine/modules.hpp"

namespace selvage::machine {

namespace {

struct Table {
  std::uint64_t low, size;
};
std::vector<Table> g_tables;

/// A file in memory; empty where it cannot be read.
class File {
 public:
  explicit File(const char* path) {
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    struct stat status {};
    if (fstat(fd, &status) == 0 && status.st_size > 0) {
      void* mapped = mmap(nullptr, static_cast<std::size_t>(status.st_size), PROT_READ, MAP_PRIVATE, fd, 0);
      if (mapped != MAP_FAILED)
        bytes_ = {static_cast<const char*>(mapped), static_cast<std::size_t>(status.st_size)};
    }
    close(fd);
  }
  ~File() {
    if (!bytes_.empty()) munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  /// Null where it is not all there.
  template <typename T>
  [[nodiscard]] const T* at(std::uint64_t offset, std::uint64_t count = 1) const {
    if (offset > bytes_.size() || count > (bytes_.size() - offset) / sizeof(T)) return nullptr;
    return reinterpret_cast<const T*>(bytes_.data() + offset);
  }

 private:
  std::string_view bytes_;
};

void look_in(const std::string& path, std::uint64_t base) {
  // std::__detail::__waiter_pool_base::_S_for(void const*)::__w
  constexpr char kName[] = "_ZZNSt8__detail18__waiter_pool_base6_S_forEPKvE3__w";
  const File file(path.c_str());
  const auto* header = file.at<Elf64_Ehdr>(0);
  if (header == nullptr || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return;
  const auto* sections = file.at<Elf64_Shdr>(header->e_shoff, header->e_shnum);
  if (sections == nullptr) return;
  for (unsigned i = 0; i < header->e_shnum; ++i) {
    const Elf64_Shdr& s = sections[i];
    if (s.sh_type != SHT_SYMTAB || s.sh_link >= header->e_shnum) continue;
    const std::uint64_t count = s.sh_size / sizeof(Elf64_Sym);
    const auto* symbols = file.at<Elf64_Sym>(s.sh_offset, count);
    const Elf64_Shdr& strings = sections[s.sh_link];
    if (symbols == nullptr) continue;
    for (std::uint64_t k = 0; k < count; ++k) {
      if (symbols[k].st_size == 0 || symbols[k].st_name + sizeof kName > strings.sh_size) continue;
      const char* name = file.at<char>(strings.sh_offset + symbols[k].st_name, sizeof kName);
      if (name != nullptr && std::memcmp(name, kName, sizeof kName) == 0) {
        g_tables.push_back({base + symbols[k].st_value, symbols[k].st_size});
      }
    }
  }
}

}  // namespace

void find_waiter_pools() {
  g_tables.clear();
  for (const report::Module& module : loaded_modules()) look_in(module.path, module.base);
}

bool in_waiter_pool(std::uint64_t address) {
  for (const Table& table : g_tables) {
    if (address - table.low < table.size) return true;
  }
  return false;
}

}  // namespace selvage::machine
