!> The names that OASIS had before: the same procedures as in module mod_oasis.
module mod_prism
   use mod_oasis, only: ip_single_p, ip_double_p, ip_realwp_p, ip_i4_p, ip_i8_p, ip_intwp_p, &
      prism_init_comp_proto => oasis_init_comp, prism_get_localcomm_proto => oasis_get_localcomm, &
      prism_def_partition_proto => oasis_def_partition, prism_def_var_proto => oasis_def_var, &
      prism_enddef_proto => oasis_enddef, prism_terminate_proto => oasis_terminate, &
      prism_put_inquire_proto => oasis_put_inquire, prism_get_ncpl_proto => oasis_get_ncpl, &
      prism_get_freqs_proto => oasis_get_freqs, prism_abort_proto => oasis_abort, prism_put_proto => oasis_put, &
      prism_get_proto => oasis_get, prism_set_couplcomm => oasis_set_couplcomm, &
      prism_create_couplcomm => oasis_create_couplcomm, prism_get_intercomm => oasis_get_intercomm, &
      prism_get_intracomm => oasis_get_intracomm, prism_get_multi_intracomm => oasis_get_multi_intracomm, &
      prism_get_debug => oasis_get_debug, prism_set_debug => oasis_set_debug, &
      prism_start_grids_writing => oasis_start_grids_writing, prism_write_grid => oasis_write_grid, &
      prism_write_corner => oasis_write_corner, prism_write_mask => oasis_write_mask, &
      prism_write_frac => oasis_write_frac, prism_write_area => oasis_write_area, &
      prism_write_angle => oasis_write_angle, prism_terminate_grids_writing => oasis_terminate_grids_writing, &
      PRISM_Ok => OASIS_Ok, PRISM_NotDef => OASIS_NotDef, PRISM_InOut => OASIS_InOut, PRISM_Recvd => OASIS_Recvd, &
      PRISM_Sent => OASIS_Sent, PRISM_LocTrans => OASIS_LocTrans, PRISM_ToRest => OASIS_ToRest, &
      PRISM_Output => OASIS_Output, PRISM_SentOut => OASIS_SentOut, PRISM_ToRestOut => OASIS_ToRestOut, &
      PRISM_FromRest => OASIS_FromRest, PRISM_Input => OASIS_Input, PRISM_RecvOut => OASIS_RecvOut, &
      PRISM_FromRestOut => OASIS_FromRestOut, PRISM_Out => OASIS_Out, PRISM_In => OASIS_In, &
      PRISM_Real => OASIS_Real, PRISM_Double => OASIS_Double, PRISM_Var_Uncpl => OASIS_Var_Uncpl, &
      PRISM_Error => OASIS_Error, PRISM_WaitGroup => OASIS_WaitGroup
   implicit none
   public
end module mod_prism
