!> What mod_oasis must leave to its users: each of these would be a second declaration if the module exported it.
program oasis_visibility
   use mod_oasis
   implicit none
   integer, parameter :: OASIS_idle = 15, OASIS_Rcv = 1, OASIS_Snd = 2
   integer, parameter :: wp = selected_real_kind(6, 37), sp = wp, dp = ip_double_p
   integer :: nerror, settle, session, section, describe, partition, name, enddef, terminate, c_int, c_text
   nerror = OASIS_idle + OASIS_Rcv + OASIS_Snd + wp + sp + dp
   settle = OASIS_Ok + OASIS_Out + OASIS_In + OASIS_Real + OASIS_Recvd + OASIS_Sent + OASIS_LocTrans + OASIS_ToRest
   session = OASIS_Output + OASIS_SentOut + OASIS_ToRestOut + OASIS_FromRest + OASIS_Input + OASIS_RecvOut
   section = OASIS_FromRestOut + OASIS_WaitGroup + OASIS_Double + OASIS_Points_Params(3) + OASIS_Orange_Params(2) &
      + OASIS_Cube + OASIS_LdX + OASIS_LdY + OASIS_LdZ + OASIS_Cube_Params
   describe = ip_single_p + ip_double_p + ip_realwp_p + ip_i4_p + ip_i8_p + ip_intwp_p
   partition = 0
   name = 0
   enddef = 0
   terminate = 0
   c_int = 0
   c_text = 0
   print *, nerror, settle, session, section, describe, partition, name, enddef, terminate, c_int, c_text
end program oasis_visibility
