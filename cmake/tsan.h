// SPDX-License-Identifier: Apache-2.0
// Included first in builds with ThreadSanitizer: the one of gcc 12 does not
// know pthread_mutex_clocklock, so timed mutexes must do without it.
#ifndef ROWFALL_CMAKE_TSAN_H_
#define ROWFALL_CMAKE_TSAN_H_

#include <cstddef>

#undef _GLIBCXX_USE_PTHREAD_MUTEX_CLOCKLOCK

#endif  // ROWFALL_CMAKE_TSAN_H_
