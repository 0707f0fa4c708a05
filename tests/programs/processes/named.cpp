// process: memory and semaphores that processes find by their names.
// expect BUG: data-race
// expect: proved
// outcomes: 1
#include <fcntl.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cstdio>

static int* open_shared() {
  const int fd = shm_open("/selvage-test", O_RDWR, 0);
  if (fd < 0) _exit(9);
  auto* count = static_cast<int*>(mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
  close(fd);
  return count;
}

static void count_up() {
  int* count = open_shared();
  sem_t* lock = sem_open("/selvage-test-lock", O_RDWR);
#ifndef BUG
  sem_wait(lock);
#endif
  ++*count;
#ifndef BUG
  sem_post(lock);
#endif
  sem_close(lock);
  munmap(count, sizeof(int));
}

int main() {
  const int fd = shm_open("/selvage-test", O_RDWR | O_CREAT | O_EXCL, 0600);
  if (fd < 0 || ftruncate(fd, sizeof(int)) != 0) return 1;
  if (shm_open("/selvage-test", O_RDWR | O_CREAT | O_EXCL, 0600) >= 0) return 2;
  if (sem_open("/selvage-test-lock", O_CREAT | O_EXCL, 0600, 1u) == SEM_FAILED) return 3;
  struct stat status {};
  if (fstat(fd, &status) != 0 || status.st_size != sizeof(int)) return 4;
  const pid_t child = fork();
  if (child == 0) {
    count_up();
    _exit(0);
  }
  count_up();
  waitpid(child, nullptr, 0);
  std::printf("%d\n", *open_shared());
  sem_unlink("/selvage-test-lock");
  shm_unlink("/selvage-test");
  return shm_open("/selvage-test", O_RDWR, 0) == -1 ? 0 : 5;
}
