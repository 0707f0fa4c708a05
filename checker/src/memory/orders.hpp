// Memory orders as the compilers pass them to the runtime (std::memory_order's values).
#pragma once

namespace selvage::memory {

inline constexpr int kRelaxed = 0, kConsume = 1, kAcquire = 2, kRelease = 3, kAcqRel = 4, kSeqCst = 5;

inline bool acquires(int order) { return order == kConsume || order == kAcquire || order >= kAcqRel; }
inline bool releases(int order) { return order >= kRelease; }

}  // namespace selvage::memory
