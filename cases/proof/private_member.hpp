// A class's private member, for a test that must look at it without taking the class's lock.
//
//   namespace proof {
//   struct SizeOf {
//     using Type = int Queue::*;
//     friend Type member(SizeOf);
//   };
//   template struct PrivateMember<SizeOf, &Queue::size_>;
//   }
//   ... queue.*member(proof::SizeOf{})
//
// Access is not checked in an explicit instantiation, so the class can stay as its readers should see it.
#pragma once

namespace proof {

template <typename Name, typename Name::Type Pointer>
struct PrivateMember {
  friend typename Name::Type member(Name /*unused*/) { return Pointer; }
};

}  // namespace proof
