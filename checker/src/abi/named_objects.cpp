#include "abi/named_objects.hpp"

#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdarg>
#include <cstring>
#include <functional>
#include <vector>

#include "abi/descriptors.hpp"
#include "abi/export.hpp"
#include "abi/real.hpp"
#include "machine/access.hpp"
#include "machine/machine.hpp"
#include "machine/process.hpp"
#include "machine/spaces.hpp"
#include "sync/semaphore.hpp"

using namespace selvage::machine;  // NOLINT: a door is glue between the ABI and the machine
using selvage::abi::Description;
using selvage::abi::is_ours;
using selvage::abi::NamedObject;

namespace {

std::vector<NamedObject>& objects() {
  static auto* all = new std::vector<NamedObject>;
  return *all;
}
std::vector<std::uint64_t> g_numbers;  // of SharedMemory::object, in use in this execution
unsigned g_memfds[kMaxThreads];

const bool g_part = (add_process_part({nullptr, nullptr, nullptr,
                                       [] {
                                         objects().clear();
                                         g_numbers.clear();
                                         std::memset(g_memfds, 0, sizeof g_memfds);
                                       },
                                       nullptr}),
                     true);

int failed(int error) {
  errno = error;
  return -1;
}

/// A place that depends on the name and on how many there were of that name before, and on nothing else, as
/// long as no two names want the same.
std::uint64_t place(const std::string& name) {
  std::uint64_t hash = 1469598103934665603ULL;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  hash ^= hash >> 29;
  for (std::uint64_t number = hash % SharedMemory::kObjects;;
       number = (number + 1) % SharedMemory::kObjects) {
    bool used = false;
    for (const std::uint64_t other : g_numbers) used = used || other == number;
    if (used) continue;
    g_numbers.push_back(number);
    return number;
  }
}

std::int64_t make(const std::string& name, const std::string& key, bool semaphore) {
  note_use_of_processes();
  NamedObject object;
  object.name = name;
  object.semaphore = semaphore;
  object.low = g.shared_memory.object(place(key), 0);
  objects().push_back(object);
  return static_cast<std::int64_t>(objects().size()) - 1;
}

std::int64_t find(const std::string& name, bool semaphore) {
  for (std::size_t i = 0; i < objects().size(); ++i) {
    if (objects()[i].name == name && objects()[i].semaphore == semaphore) return static_cast<std::int64_t>(i);
  }
  return -1;
}

/// Names are there for all: whoever makes, opens or removes one (or looks at a size) does so before or after
/// others.
char g_names;
void event(const std::string& what, bool write, std::uint64_t pc) {
  refuse_states(what.c_str());
  Op op;
  op.kind = EventKind::named;
  op.footprint = write ? Footprint::write : Footprint::read;
  op.address = reinterpret_cast<std::uint64_t>(&g_names);
  op.pc = pc;
  visible(op);
  changed();
  if (auto* e = last_event()) {
    e->note = what;
    e->address = 0;
  }
}

int open_object(std::int64_t index) {
  int fd = 0;
  Description* d = selvage::abi::open_descriptor(&fd);
  if (d == nullptr) unsupported("more than 256 open descriptors");
  d->object = index;
  return fd;
}

NamedObject* memory_of(int fd) {
  const Description* d = selvage::abi::description(fd);
  return d == nullptr || d->object < 0 ? nullptr : &objects()[static_cast<std::size_t>(d->object)];
}

}  // namespace

namespace selvage::abi {

NamedObject& named_object(std::int64_t index) { return objects()[static_cast<std::size_t>(index)]; }

void look_at_named_objects(const char* call, std::uint64_t pc) { event(call, false, pc); }

}  // namespace selvage::abi

SELVAGE_EXPORT int shm_open(const char* name, int flags, mode_t mode) {
  if (!g.in_program) return SELVAGE_REAL(shm_open)(name, flags, mode);
  Door door;
  constexpr int kKnown = O_CREAT | O_EXCL | O_RDWR | O_TRUNC | O_CLOEXEC;
  if ((flags & ~kKnown) != 0 || (flags & O_ACCMODE) != O_RDWR)
    unsupported("shm_open() for reading only or with unusual flags");
  selvage::abi::use_table(SELVAGE_CALLER);
  event(std::string("shm_open ") + name, true, SELVAGE_CALLER);
  std::int64_t index = find(name, false);
  if (index >= 0 && (flags & O_CREAT) != 0 && (flags & O_EXCL) != 0) return failed(EEXIST);
  if (index < 0 && (flags & O_CREAT) == 0) return failed(ENOENT);
  if (index >= 0 && (flags & O_TRUNC) != 0) unsupported("shm_open() that truncates what is there");
  if (index < 0) index = make(name, std::string("shm ") + name, false);
  return open_object(index);
}
SELVAGE_EXPORT int shm_unlink(const char* name) {
  if (!g.in_program) return SELVAGE_REAL(shm_unlink)(name);
  Door door;
  event(std::string("shm_unlink ") + name, true, SELVAGE_CALLER);
  const std::int64_t index = find(name, false);
  if (index < 0) return failed(ENOENT);
  objects()[static_cast<std::size_t>(index)].name.clear();
  return 0;
}
SELVAGE_EXPORT int memfd_create(const char* name, unsigned flags) noexcept {
  if (!g.in_program) return SELVAGE_REAL(memfd_create)(name, flags);
  Door door;
  refuse_states("memfd_create()");
  if ((flags & ~unsigned{MFD_CLOEXEC}) != 0) unsupported("memfd_create() with unusual flags");
  selvage::abi::use_table(SELVAGE_CALLER);
  return open_object(
      make("", "memfd " + std::to_string(g.current) + " " + std::to_string(g_memfds[g.current]++), false));
}
SELVAGE_EXPORT int ftruncate(int fd, off_t size) noexcept {
  if (!g.in_program) return SELVAGE_REAL(ftruncate)(fd, size);
  Door door;
  if (!is_ours(fd)) unsupported("ftruncate() of a file");
  if (memory_of(fd) == nullptr) return failed(EINVAL);
  event("ftruncate to " + std::to_string(size), true, SELVAGE_CALLER);
  NamedObject& object = *memory_of(fd);
  const auto bytes = static_cast<std::uint64_t>(size);
  if (size < 0 || bytes > SharedMemory::kBytesPerObject) return failed(EINVAL);
  if (bytes < object.size) unsupported("ftruncate() to less than there was");
  g.shared_memory.object((object.low - SharedMemory::kObjectsBase) / SharedMemory::kBytesPerObject, bytes);
  object.size = bytes;
  return 0;
}
SELVAGE_EXPORT int ftruncate64(int fd, off64_t size) noexcept { return ftruncate(fd, size); }
SELVAGE_EXPORT int posix_fallocate(int fd, off_t offset, off_t size) {
  if (!g.in_program) return SELVAGE_REAL(posix_fallocate)(fd, offset, size);
  {
    Door door;
    const NamedObject* object = is_ours(fd) ? memory_of(fd) : nullptr;
    if (object == nullptr) unsupported("posix_fallocate() of a file");
    if (static_cast<std::uint64_t>(offset + size) <= object->size) return 0;
  }
  return ftruncate(fd, offset + size) == 0 ? 0 : errno;
}
SELVAGE_EXPORT int posix_fallocate64(int fd, off64_t offset, off64_t size) {
  return posix_fallocate(fd, offset, size);
}

namespace {

int status_of(int fd, struct stat* status, std::uint64_t pc) {
  if (memory_of(fd) == nullptr) unsupported("fstat() of a pipe");
  event("fstat", false, pc);
  std::memset(status, 0, sizeof *status);
  status->st_mode = S_IFREG | S_IRUSR | S_IWUSR;
  status->st_size = static_cast<off_t>(memory_of(fd)->size);
  status->st_nlink = 1;
  return 0;
}

}  // namespace

SELVAGE_EXPORT int fstat(int fd, struct stat* status) noexcept {
  if (!g.in_program || !is_ours(fd)) return SELVAGE_REAL(fstat)(fd, status);
  Door door;
  return status_of(fd, status, SELVAGE_CALLER);
}
SELVAGE_EXPORT int fstat64(int fd, struct stat64* status) noexcept {
  if (!g.in_program || !is_ours(fd)) return SELVAGE_REAL(fstat64)(fd, status);
  Door door;
  return status_of(fd, reinterpret_cast<struct stat*>(status), SELVAGE_CALLER);
}
SELVAGE_EXPORT int fchmod(int fd, mode_t mode) noexcept {
  if (!g.in_program || !is_ours(fd)) return SELVAGE_REAL(fchmod)(fd, mode);
  return 0;  // everybody is the same user
}

SELVAGE_EXPORT sem_t* sem_open(const char* name, int flags, ...) {
  mode_t mode = 0;
  unsigned value = 0;
  if ((flags & O_CREAT) != 0) {
    va_list list;
    va_start(list, flags);
    mode = va_arg(list, mode_t);
    value = va_arg(list, unsigned);
    va_end(list);
  }
  if (!g.in_program) return SELVAGE_REAL(sem_open)(name, flags, mode, value);
  Door door;
  event(std::string("sem_open ") + name, true, SELVAGE_CALLER);
  std::int64_t index = find(name, true);
  if (index >= 0 && (flags & O_CREAT) != 0 && (flags & O_EXCL) != 0) {
    errno = EEXIST;
    return SEM_FAILED;
  }
  if (index < 0 && (flags & O_CREAT) == 0) {
    errno = ENOENT;
    return SEM_FAILED;
  }
  const bool fresh = index < 0;
  if (fresh) index = make(name, std::string("sem ") + name, true);
  NamedObject& object = objects()[static_cast<std::size_t>(index)];
  if (fresh) {
    object.size = sizeof(sem_t);
    g.shared_memory.object((object.low - SharedMemory::kObjectsBase) / SharedMemory::kBytesPerObject,
                           object.size);
  }
  map_region(object.low);
  auto* semaphore = reinterpret_cast<sem_t*>(object.low);
  if (fresh) {
    SELVAGE_REAL(sem_init)(semaphore, 1, value);
    selvage::sync::semaphore_init(object.low, value);
    g.objects.at(object.low, selvage::sync::Kind::semaphore)->shared = true;
  }
  return semaphore;
}
SELVAGE_EXPORT int sem_close(sem_t* semaphore) {
  if (!g.in_program) return SELVAGE_REAL(sem_close)(semaphore);
  return 0;  // (a use after that is not found)
}
SELVAGE_EXPORT int sem_unlink(const char* name) {
  if (!g.in_program) return SELVAGE_REAL(sem_unlink)(name);
  Door door;
  event(std::string("sem_unlink ") + name, true, SELVAGE_CALLER);
  const std::int64_t index = find(name, true);
  if (index < 0) return failed(ENOENT);
  objects()[static_cast<std::size_t>(index)].name.clear();
  return 0;
}
