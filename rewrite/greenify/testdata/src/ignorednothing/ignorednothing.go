/* want `ignore-file skips nothing: delete it` */ //greenify:ignore-file native by design

package ignorednothing
