// SPDX-License-Identifier: Apache-2.0
// Marks what a shared build of the library makes visible.
#ifndef ROWFALL_EXPORT_H_
#define ROWFALL_EXPORT_H_

#if defined(__GNUC__) || defined(__clang__)
#define ROWFALL_EXPORT __attribute__((visibility("default")))
#else
#define ROWFALL_EXPORT
#endif

#endif  // ROWFALL_EXPORT_H_
